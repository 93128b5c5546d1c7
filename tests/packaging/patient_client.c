/* SPDX-License-Identifier: MIT */
/*
 * Draws a heatmap and says by which way: patient_client auto|kernel|socket. It waits for the daemon
 * as long as an emulated machine may take to start one, or to start another.
 */
#include <geoneuron/geoneuron.h>
#include <stdio.h>
#include <string.h>

#define SIDE 64
#define PATIENCE_NS 150000000000ull

static const char* const ways[] = {"auto", "kernel", "socket", "embedded"};

/* Whether the picture has the colours of both ends of a ramp: fails where nothing was drawn. */
static int is_drawn(const uint32_t* pixels) {
  return pixels[0] >> 24 == 255 && pixels[0] != pixels[SIDE * SIDE - 1];
}

static int draw(struct geoneuron_context* context) {
  struct geoneuron_buffer *tensor, *picture;
  struct geoneuron_completion completion;
  struct geoneuron_command command;

  if (geoneuron_buffer_create(context, 4 * SIDE * SIDE, &tensor) ||
      geoneuron_buffer_create(context, 4 * SIDE * SIDE, &picture))
    return 0;
  for (int i = 0; i < SIDE * SIDE; ++i) ((float*)geoneuron_buffer_data(tensor))[i] = (float)i;
  if (geoneuron_command_render(&command, 0,
                               "{\"view\": \"activation_map\", \"pixels\": 1, \"select\": [\"x\"], "
                               "\"parameters\": {\"page\": \"off\", \"scale\": \"1\"}, "
                               "\"tensors\": {\"x\": {\"slot\": 0, \"type\": \"float32\", "
                               "\"shape\": [1, 1, 64, 64]}}}") ||
      geoneuron_command_use(&command, tensor, GEONEURON_ACCESS_READ, 0, 0) < 0 ||
      geoneuron_command_use(&command, picture, GEONEURON_ACCESS_WRITE, 0, 0) < 0 ||
      geoneuron_context_run(context, &command, 1, &completion))
    return 0;
  return is_drawn(geoneuron_buffer_data(picture));
}

int main(int count, char** arguments) {
  struct geoneuron_options options = {.size = sizeof(options),
                                      .connect_timeout_ns = PATIENCE_NS,
                                      .reconnect_timeout_ns = PATIENCE_NS};
  struct geoneuron_context* context;

  for (uint32_t way = 0; count == 2 && way < 3; ++way)
    if (strcmp(arguments[1], ways[way]) == 0) options.way = way;
  if (geoneuron_connect(&options, &context) || !draw(context)) {
    fprintf(stderr, "patient_client: %s\n", geoneuron_error());
    return 1;
  }
  printf("%s\n", ways[geoneuron_context_way(context)]);
  geoneuron_disconnect(context);
  return 0;
}
