using System.Globalization;
using System.Net;
using System.Text;
using ModelPack.Diagnostics;
using ModelPack.Qa.Evidence;

namespace ModelPack.Qa.Reports;

/// <summary>The gates as one HTML page without scripts and without anything that is fetched.</summary>
internal static class QaHtmlReport
{
    private const string Style =
        "body{font:15px system-ui,sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse}"
        + "td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}"
        + ".Falsified,.Crashed,.Timeout{background:#fdd}.Corroborated{background:#dfd}.Skipped{color:#666}";

    public static string Of(IReadOnlyList<GateEvidence> evidence)
    {
        StringBuilder text = new();
        string model = evidence.Count == 0 ? "no gates" : $"{evidence[0].Organization}/{evidence[0].Model}";
        text.Append(
            CultureInfo.InvariantCulture,
            $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Text(model)}</title><style>{Style}</style></head>\n"
                + $"<body><h1>{Text(model)}</h1>\n<p>{Text(MarkdownReport.Summary(evidence))}</p>\n<table>\n"
                + $"<tr><th>Gate</th><th>Conversion</th><th>Status</th><th>Evidence</th></tr>\n");
        foreach (GateEvidence one in evidence)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{Text(one.Gate)}</td><td>{Text(one.Subject)}</td><td class=\"{one.Outcome}\">{one.Outcome}</td>"
                    + $"<td>{Text(one.Reason)}{(one.Output.Length == 0 ? "" : $"<br>{Text(one.Output)}")}</td></tr>\n");
        }

        return text.Append("</table></body></html>\n").ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(SafeText.Escape(text));
}
