// SPDX-License-Identifier: MIT
#include "cli/demo/index_page.hpp"

#include <cstdio>

namespace geoneuron::cli::demo {
namespace {

std::string drawn_by(const Picture& picture) {
  if (picture.renderings < 2) return "drawn on the cores alone";
  return "same bytes on " + std::to_string(picture.renderings) + " devices";
}

constexpr const char* kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>geoneuron: what neural networks do, in pictures</title>
<style>
:root { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: #090b10; color: #d7dce6;
  font: 17px/1.6 "DejaVu Sans", "Segoe UI", system-ui, sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 56px 28px 96px; }
header p { font-size: 20px; color: #9aa4b6; max-width: 46em; }
h1 { font-size: 44px; line-height: 1.15; margin: 0 0 14px; color: #fff; letter-spacing: -0.01em; }
h2 { font-size: 31px; margin: 88px 0 10px; color: #fff; letter-spacing: -0.01em; }
h3 { font-size: 21px; margin: 56px 0 0; color: #ffb054; font-weight: 600; }
p { max-width: 46em; }
figure { margin: 22px 0 40px; }
figure a { display: block; }
img { display: block; max-width: 100%; height: auto; border: 1px solid #1d2330; border-radius: 6px;
  margin: 0 auto; }
figcaption { margin-top: 12px; color: #9aa4b6; max-width: 52em; }
figcaption small { color: #667085; }
table { border-collapse: collapse; margin: 18px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 7px 22px 7px 0; border-bottom: 1px solid #1d2330; }
th { color: #9aa4b6; font-weight: 600; }
td.number, th.number { text-align: right; }
ul { padding-left: 1.2em; }
footer { margin-top: 80px; color: #667085; font-size: 15px; }
</style>
</head>
<body>
<main>
<header>
<h1>What a neural network does, in pictures</h1>
<p>geoneuron runs networks, keeps every number that passes through them, and draws it. Every
picture on this page was computed from a network's own tensors, on this machine, a moment ago.</p>
</header>
)";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

std::string tagged(const std::string& tag, const std::string& text) {
  return "<" + tag + ">" + escaped(text) + "</" + tag + ">\n";
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f %%", 100 * share);
  return text;
}

std::string figure_html(const Figure& figure) {
  const Picture& picture = figure.picture;
  const std::string file = escaped(picture.file);
  std::string html = figure.heading.empty() ? "" : tagged("h3", figure.heading);
  html += "<figure>\n<a href=\"" + file + "\"><img src=\"" + file + "\" width=\"" +
          std::to_string(picture.width) + "\" height=\"" + std::to_string(picture.height) +
          "\" alt=\"" + escaped(figure.caption) + "\"></a>\n<figcaption>" +
          escaped(figure.caption) + "</figcaption>\n</figure>\n";
  return html;
}

std::string scene_html(const Scene& scene) {
  std::string html = "<section>\n" + tagged("h2", scene.title) + tagged("p", scene.introduction);
  for (const Figure& figure : scene.figures) html += figure_html(figure);
  return html + "</section>\n";
}

// One row per picture: what was compared, and what came of it.
std::string comparison_html(const IndexPage& page) {
  std::string html = "<section>\n<h2>One picture, whatever the device</h2>\n<ul>\n";
  for (const std::string& device : page.devices) html += tagged("li", device);
  html += "</ul>\n";
  if (page.devices.size() < 2) return html + "</section>\n";
  html +=
      "<p>Each device ran the networks by itself, and each view was drawn by each device from each "
      "device's tensors. The same tensors gave the same bytes every time: views are defined "
      "in integer arithmetic. Networks are not, so the tensors themselves differ a little.</p>\n";
  for (const Scene& scene : page.scenes)
    for (const std::string& sentence : scene.comparison) html += tagged("p", sentence);
  html +=
      "<table>\n<tr><th>picture</th><th class=\"number\">size</th>"
      "<th>from the same tensors</th>"
      "<th class=\"number\">pixels that differ between their own tensors</th></tr>\n";
  for (const Scene& scene : page.scenes)
    for (const Figure& figure : scene.figures) {
      const Picture& picture = figure.picture;
      html += "<tr><td>" + escaped(picture.file) + "</td><td class=\"number\">" +
              std::to_string(picture.width) + "×" + std::to_string(picture.height) + "</td><td>" +
              drawn_by(picture) + "</td><td class=\"number\">" +
              percent(picture.differing_share()) + "</td></tr>\n";
    }
  return html + "</table>\n</section>\n";
}

}  // namespace

std::string to_html(const IndexPage& page) {
  std::string html = kHead;
  for (const Scene& scene : page.scenes) html += scene_html(scene);
  html += comparison_html(page);
  html += "<footer>\n";
  for (const std::string& note : page.notes) html += tagged("p", note);
  return html + "<p>Made by geoneuron-demo.</p>\n</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace geoneuron::cli::demo
