import {colourProperties, DARK, LIGHT} from "./charts/palette.ts";

/** The page's style sheet for light and dark screens, phones and paper. */
export const STYLE_SHEET = `
:root{color-scheme:light dark;${colourProperties(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${colourProperties(DARK)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",Arial,sans-serif}
main,header,footer{max-width:880px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
.kicker{margin:0 0 6px;color:var(--muted);font-size:13px;font-weight:600;letter-spacing:.06em;text-transform:uppercase}
h1{margin:0 0 12px;font-size:32px;line-height:1.2;font-weight:700;text-wrap:balance}
h2{margin:56px 0 10px;padding-top:20px;border-top:1px solid var(--rule);font-size:22px;line-height:1.3}
p{margin:8px 0;max-width:70ch}
a{color:var(--s0)}
.mark{display:block;margin:16px 0;padding:10px 14px;border-left:5px solid var(--warn);background:var(--panel);font-weight:600}
.mark.real{border-color:var(--s0);font-weight:400}
.source{color:var(--muted);font-size:14px}
.facts{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;margin:20px 0 0;padding:0;background:var(--rule);border:1px solid var(--rule)}
.facts div{background:var(--paper);padding:10px 14px}
.facts dt{color:var(--muted);font-size:13px}
.facts dd{margin:0;font-size:16px;font-weight:600;font-variant-numeric:tabular-nums}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0}
.tile{padding:14px 16px;background:var(--panel);border-top:4px solid var(--tile,var(--local))}
.tile b{display:block;font-size:30px;line-height:1.2;font-variant-numeric:tabular-nums}
.tile span{display:block;font-size:13px;color:var(--muted)}
.tile span:first-child{color:var(--ink);font-weight:600;font-size:14px}
.brief{font-size:17px}
.brief li{margin:6px 0;max-width:68ch}
figure{margin:18px 0}
figure svg{display:block;width:100%;height:auto}
figure .n{display:none}
figcaption{margin:8px 0 0;color:var(--muted);font-size:14px;max-width:72ch}
figcaption b{color:var(--ink)}
.scroll{overflow-x:auto;margin:0 0 14px;background:linear-gradient(to right,var(--paper) 50%,transparent) left/28px 100% no-repeat local,linear-gradient(to left,var(--paper) 50%,transparent) right/28px 100% no-repeat local,linear-gradient(to right,var(--muted),transparent) left/9px 100% no-repeat scroll,linear-gradient(to left,var(--muted),transparent) right/9px 100% no-repeat scroll}
table{width:100%;border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
.caption{margin:20px 0 6px;color:var(--muted);font-size:14px}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top;white-space:nowrap}
thead th{border-bottom:1.5px solid var(--ink);font-size:13px;font-weight:600;white-space:normal;vertical-align:bottom}
tbody th{font-weight:500}
.num{text-align:right}
th.text,td.text{white-space:normal;min-width:11em;overflow-wrap:break-word}
th:last-child,td:last-child{padding-right:0}
.settings th:first-child{width:36%;white-space:normal}
.pm{color:var(--muted)}
.verdict{font-weight:600}
.better,.non-inferior{color:var(--good)}
.not-shown{color:var(--warn)}
.inferior{color:var(--bad)}
details{margin:14px 0}
summary{cursor:pointer;color:var(--s0);font-size:14px}
details.point>summary{font-size:18px;font-weight:600;padding:10px 0}
code{font:13px/1.4 ui-monospace,"SFMono-Regular",Menlo,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
dl.terms dt{margin-top:10px;font-weight:600}
dl.terms dd{margin:0;max-width:72ch}
footer{padding-top:32px;padding-bottom:48px;color:var(--muted);font-size:14px}
:focus-visible{outline:2px solid var(--s0);outline-offset:2px}
@media (max-width:620px){
body{font-size:15px}
main,header,footer{padding-left:16px;padding-right:16px}
header{padding-top:24px}
h1{font-size:25px}
h2{margin-top:40px;font-size:20px}
.facts{grid-template-columns:repeat(2,1fr)}
.tile{padding:10px 12px}
.tile b{font-size:25px}
figure .w{display:none}
figure .n{display:block}
thead th{white-space:nowrap}
tr>:first-child{position:sticky;left:0;min-width:88px;max-width:50vw;white-space:normal;overflow-wrap:break-word;background:var(--paper)}
th.text,td.text{min-width:9em}
}
@media print{
:root{color-scheme:light;${colourProperties(LIGHT)}}
@page{margin:16mm}
body{font-size:10.5pt}
main,header,footer{max-width:none;padding:0}
h2,h2+p{break-after:avoid}
p{orphans:3;widows:3}
figure svg{width:auto;max-width:100%;max-height:180mm;margin:0 auto}
.caption,summary{break-after:avoid}
figure,tr,.tiles,.facts{break-inside:avoid}
.scroll{overflow:visible;background:none}
details::details-content{content-visibility:visible;display:block}
table{font-size:8.5pt}
th,td{white-space:normal;padding-right:8px}
figure .w{display:block}
figure .n{display:none}
}
`;
