using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.IO.Json;

namespace ModelPack.Conversion.Certificates;

/// <summary>Writes a certificate as one JSON object.</summary>
internal static class CertificateWriter
{
    public static void Write(Utf8JsonWriter json, Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(certificate);
        json.WriteStartObject();
        json.WriteNumber("schema", CertificateJson.Schema);
        json.WriteString("tool", certificate.Tool);
        json.WriteString("level", certificate.Level.ToString());
        if (certificate.Meaning is { } meaning)
        {
            json.WriteString("meaning", meaning.ToString().ToLowerInvariant());
            WriteTexts(json, "meaning_reasons", certificate.MeaningReasons);
        }

        WriteFile(json, "source", certificate.Source);
        WriteFile(json, "output", certificate.Output);
        if (!certificate.LeftOut.IsEmpty)
        {
            WriteLeftOut(json, certificate.LeftOut);
        }

        json.WriteStartObject("options");
        foreach ((string name, string value) in certificate.Options)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("tensors");
        foreach (CertifiedTensor tensor in certificate.Tensors)
        {
            WriteTensor(json, tensor);
        }

        json.WriteEndArray();
        WriteTexts(json, "notes", certificate.Notes);
        if (!certificate.NoteRanks.IsEmpty)
        {
            WriteTexts(json, "note_ranks", [.. certificate.NoteRanks.Select(Word)]);
        }

        json.WriteEndObject();
    }

    private static void WriteLeftOut(Utf8JsonWriter json, ImmutableArray<LeftOutFile> files)
    {
        json.WriteStartArray("left_out");
        foreach (LeftOutFile file in files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteString("reason", file.Reason);
            json.WriteBoolean("part", file.IsPart);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteFile(Utf8JsonWriter json, string name, CertifiedFile file)
    {
        json.WriteStartObject(name);
        json.WriteString("name", file.Name);
        json.WriteString("format", file.Format.ToString());
        json.WriteNumber("bytes", file.Bytes);
        json.WriteString("xxh128", file.Xxh128);
        if (file.Sha256 is not null)
        {
            json.WriteString("sha256", file.Sha256);
        }

        if (!file.Parts.IsEmpty)
        {
            json.WriteStartArray("parts");
            foreach (CertifiedPart part in file.Parts)
            {
                json.WriteStartObject();
                json.WriteString("name", part.Name);
                json.WriteNumber("bytes", part.Bytes);
                json.WriteString("xxh128", part.Xxh128);
                if (part.Sha256 is not null)
                {
                    json.WriteString("sha256", part.Sha256);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, CertifiedTensor tensor)
    {
        json.WriteStartObject();
        json.WriteString("name", tensor.Name);
        json.WriteString("source_name", tensor.SourceName);
        json.WriteString("type", tensor.Type);
        json.WriteShape(tensor.Shape);
        json.WriteString("action", tensor.Action.ToString());
        json.WriteString("xxh128", tensor.Xxh128);
        json.WriteString("finite", tensor.Finite.ToString());
        json.WriteNumber("non_finite", tensor.NonFiniteCount);
        if (tensor.Loss is { } loss)
        {
            json.WriteStartObject("loss");
            json.WriteString("type", loss.Type);
            WriteDistance(json, "absolute", loss.Absolute);
            json.WriteNumber("absolute_element", loss.AbsoluteElement);
            WriteDistance(json, "relative", loss.Relative);
            json.WriteNumber("relative_element", loss.RelativeElement);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // JSON has no number for infinity.
    private static void WriteDistance(Utf8JsonWriter json, string name, double distance)
    {
        if (double.IsFinite(distance))
        {
            json.WriteFloat(name, distance);
        }
        else
        {
            json.WriteString(name, CertificateJson.Infinite);
        }
    }

    private static string Word(NoteRank rank) => rank switch
    {
        NoteRank.ChangesResults => "changes-results",
        NoteRank.MayBeMissed => "may-be-missed",
        NoteRank.WithoutEffect => "without-effect",
        _ => throw new ArgumentOutOfRangeException(nameof(rank)),
    };
}
