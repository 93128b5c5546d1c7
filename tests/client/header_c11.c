/* SPDX-License-Identifier: MIT */
/* The header alone, in C11: that it compiles, and that a program in C gets along with it. */
#include <geoneuron/geoneuron.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int expect(int is_right, const char *what)
{
  if (!is_right) fprintf(stderr, "header_c11: %s\n", what);
  return is_right;
}

int main(void)
{
  struct geoneuron_options options = {
      .size = sizeof(options), .way = GEONEURON_WAY_SOCKET, .socket_path = "/nonexistent/socket"};
  struct geoneuron_context *context = (struct geoneuron_context *)&options;
  struct geoneuron_command command;
  int right = expect(geoneuron_connect(&options, &context) == -ENOENT, "connects to nothing");

  right &= expect(context == NULL, "leaves a context behind");
  right &= expect(strstr(geoneuron_error(), "/nonexistent/socket") != NULL, "names no path");
  right &= expect(geoneuron_command_nop(&command) == 0, "builds no command");
  right &= expect(command.flags == GEONEURON_COMMAND_IDEMPOTENT, "builds another command");
  geoneuron_disconnect(context);
  return right ? 0 : 1;
}
