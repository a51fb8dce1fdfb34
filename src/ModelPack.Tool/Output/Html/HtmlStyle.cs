namespace ModelPack.Tool.Output.Html;

/// <summary>How the page looks: in the light and in the dark, on a screen and on paper.</summary>
internal static class HtmlStyle
{
    public const string Css =
        """
        :root{color-scheme:light dark;--ground:#fff;--panel:#f5f6f8;--text:#1c2128;--faint:#5b6470;--line:#d8dde3;--bar:#2f6fb7;--second:#c2620f;--bad:#b3261e}
        @media(prefers-color-scheme:dark){:root{--ground:#14171c;--panel:#1e232a;--text:#e4e8ee;--faint:#9aa5b1;--line:#343b45;--bar:#6ea8ea;--second:#eda35a;--bad:#ff8a80}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:24px;max-width:1560px;background:var(--ground);color:var(--text);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        h1{font-size:22px;margin:0;overflow-wrap:anywhere}h2{font-size:16px;margin:30px 0 8px}
        p{margin:4px 0;color:var(--faint);overflow-wrap:anywhere}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:18px 0}
        .tile,.plot{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
        .tile b{display:block;font-size:20px;font-weight:600}.tile span{color:var(--faint)}
        .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:12px;margin-top:14px}
        .plot h2{margin:0 0 8px;font-size:14px}.plot svg{width:100%;height:auto;display:block}
        table{border-collapse:collapse;width:100%;font-size:13px}
        th,td{padding:4px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:middle;white-space:nowrap}
        th{color:var(--faint);font-weight:600;position:sticky;top:0;background:var(--ground)}
        .n{text-align:right;font-variant-numeric:tabular-nums}
        .name{white-space:normal;overflow-wrap:anywhere;min-width:200px}
        .value{white-space:normal;overflow-wrap:anywhere}
        .bad{color:var(--bad);font-weight:600}.faint{color:var(--faint)}
        @media(max-width:1200px){.wide{overflow-x:auto}}
        .m{width:170px;height:28px;display:block}
        .b{stroke:var(--bar);fill:none}.c{stroke:var(--second);fill:none}.g{stroke:var(--line);fill:none}.f{fill:var(--bar)}.t{fill:var(--faint);font-size:11px}
        .key::before{content:"";display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px;background:var(--bar)}.key2::before{background:var(--second)}
        .share{height:10px;background:var(--line);border-radius:3px;min-width:120px}.share i{display:block;height:10px;background:var(--bar);border-radius:3px}
        details{margin-top:30px}summary{cursor:pointer;font-size:16px;font-weight:600;margin-bottom:8px}
        @media print{th{position:static}.wide{overflow:visible}}
        """;
}
