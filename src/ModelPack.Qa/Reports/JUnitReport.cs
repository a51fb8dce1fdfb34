using System.Globalization;
using System.Text;
using System.Xml;
using ModelPack.Diagnostics;
using ModelPack.Qa.Evidence;

namespace ModelPack.Qa.Reports;

/// <summary>The gates as JUnit XML: falsified = failure, crashed and timeout = error, skipped = skipped.</summary>
internal static class JUnitReport
{
    public static string Of(IReadOnlyList<GateEvidence> evidence)
    {
        StringBuilder text = new();
        XmlWriterSettings settings = new() { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true };
        using (XmlWriter xml = XmlWriter.Create(text, settings))
        {
            string model = evidence.Count == 0 ? "" : evidence[0].Model;
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Safe(model));
            Count(xml, "tests", evidence.Count);
            Count(xml, "failures", evidence.Count(one => one.Outcome == Outcome.Falsified));
            Count(xml, "errors", evidence.Count(one => one.Outcome is Outcome.Crashed or Outcome.Timeout));
            Count(xml, "skipped", evidence.Count(one => one.Outcome == Outcome.Skipped));
            xml.WriteAttributeString("time", Seconds(evidence.Sum(one => one.Milliseconds)));
            Score(xml, QualificationScore.Of(evidence));
            foreach (GateEvidence one in evidence)
            {
                Case(xml, one);
            }

            xml.WriteEndElement();
        }

        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n";
    }

    private static void Case(XmlWriter xml, GateEvidence one)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Safe(one.Model));
        xml.WriteAttributeString("name", Safe($"{one.Modality}_{one.Backend}_{one.Gate}"));
        xml.WriteAttributeString("time", Seconds(one.Milliseconds));
        if (one.Outcome != Outcome.Corroborated)
        {
            xml.WriteStartElement(one.Outcome switch { Outcome.Falsified => "failure", Outcome.Skipped => "skipped", _ => "error" });
            xml.WriteAttributeString("message", Safe(one.Reason));
            if (one.IsFailure)
            {
                xml.WriteAttributeString("type", one.Outcome switch
                {
                    Outcome.Falsified => "AssertionError", Outcome.Timeout => "TimeoutError", _ => "CrashError",
                });
            }

            xml.WriteString(Safe(one.Outcome == Outcome.Crashed ? one.StandardError ?? one.Output : one.Output));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Score(XmlWriter xml, QualificationScore score)
    {
        xml.WriteStartElement("properties");
        foreach ((string name, string value) in new[]
        {
            ("raw_score", score.Raw.ToString(CultureInfo.InvariantCulture)),
            ("normalized_score", score.Normalized.ToString("F2", CultureInfo.InvariantCulture)),
            ("grade", score.Grade), ("gateways_passed", score.GatewaysPassed ? "true" : "false"),
        })
        {
            xml.WriteStartElement("property");
            xml.WriteAttributeString("name", $"mqs.{name}");
            xml.WriteAttributeString("value", value);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Count(XmlWriter xml, string name, int count) =>
        xml.WriteAttributeString(name, count.ToString(CultureInfo.InvariantCulture));

    private static string Seconds(long milliseconds) => (milliseconds / 1000.0).ToString("F3", CultureInfo.InvariantCulture);

    // Names come from files, and XML has no place for most control characters.
    private static string Safe(string text) => SafeText.Escape(text);
}
