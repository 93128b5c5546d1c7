/* SPDX-License-Identifier: MIT */
/* Draws a tensor of float32 as a heatmap: heatmap FILE WIDTH HEIGHT OUT.ppm; FILE - is a ripple. */
#include <geoneuron/geoneuron.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_tensor(const char* path, float* elements, size_t width, size_t height) {
  FILE* file = strcmp(path, "-") ? fopen(path, "rb") : NULL;
  size_t count = width * height, read = 0;

  if (file) {
    read = fread(elements, sizeof(*elements), count, file);
    fclose(file);
    return read == count;
  }
  if (strcmp(path, "-")) return 0;
  for (size_t i = 0; i < count; ++i)
    elements[i] = sinf(0.3f * hypotf((float)(i % width) - (float)width / 2,
                                     (float)(i / width) - (float)height / 2));
  return 1;
}

static int write_picture(const char* path, const unsigned char* rgba, uint64_t size) {
  const size_t width = (size_t)(size & 0xffffffff), height = (size_t)(size >> 32);
  FILE* file = fopen(path, "wb");

  if (!file) return 0;
  fprintf(file, "P6\n%zu %zu\n255\n", width, height);
  for (size_t i = 0; i < width * height; ++i) fwrite(rgba + 4 * i, 1, 3, file);
  return fclose(file) == 0;
}

static int draw(struct geoneuron_context* context, char** arguments) {
  const size_t width = strtoul(arguments[2], NULL, 10), height = strtoul(arguments[3], NULL, 10);
  struct geoneuron_buffer *tensor, *picture;
  struct geoneuron_completion completion;
  struct geoneuron_command command;
  char text[GEONEURON_REQUEST_TEXT_BYTES + 1];

  if (geoneuron_buffer_create(context, 4 * width * height, &tensor) ||
      geoneuron_buffer_create(context, 4 * width * height, &picture))
    return 0;
  if (!read_tensor(arguments[1], geoneuron_buffer_data(tensor), width, height)) return 0;
  snprintf(text, sizeof(text),
           "{\"view\": \"activation_map\", \"pixels\": 1, \"select\": [\"x\"], "
           "\"parameters\": {\"page\": \"off\", \"scale\": \"1\"}, "
           "\"tensors\": {\"x\": {\"slot\": 0, \"type\": \"float32\", "
           "\"shape\": [1, 1, %zu, %zu]}}}",
           height, width);
  if (geoneuron_command_render(&command, 0, text) ||
      geoneuron_command_use(&command, tensor, GEONEURON_ACCESS_READ, 0, 0) < 0 ||
      geoneuron_command_use(&command, picture, GEONEURON_ACCESS_WRITE, 0, 0) < 0 ||
      geoneuron_context_run(context, &command, 1, &completion))
    return 0;
  return write_picture(arguments[4], geoneuron_buffer_data(picture), completion.value);
}

int main(int count, char** arguments) {
  struct geoneuron_context* context;
  int drawn;

  if (count != 5) {
    fprintf(stderr, "usage: heatmap FILE WIDTH HEIGHT OUT.ppm\n");
    return 2;
  }
  drawn = !geoneuron_connect(NULL, &context) && draw(context, arguments);
  if (!drawn) fprintf(stderr, "heatmap: %s\n", *geoneuron_error() ? geoneuron_error() : "bad file");
  geoneuron_disconnect(context);
  return drawn ? 0 : 1;
}
