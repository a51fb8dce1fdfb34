using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelPack.Conversion;
using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack;

/// <summary>The JSON form of a <see cref="Certificate"/>. docs/json.md describes it.</summary>
/// <example>
/// <code>
/// Certificate certificate = CertificateJson.Read("qwen.apr.modelpack.json");
/// CertifiedFile source = certificate.Source;
/// Console.WriteLine($"{source.Name}, {source.Bytes} bytes: {certificate.Level}, {certificate.Meaning}");
/// foreach (CertifiedTensor tensor in certificate.Tensors.Where(tensor =&gt; tensor.Action != TensorAction.Copy))
/// {
///     TensorLoss? loss = tensor.Loss;                        // of a narrowed tensor
///     Console.WriteLine($"{tensor.SourceName} is {tensor.Name}: {tensor.Action} {loss?.Absolute}");
/// }
/// </code>
/// </example>
public static class CertificateJson
{
    private const int Schema = 1;
    private const string Infinite = "infinity";

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a certificate as one JSON object.</summary>
    internal static void Write(Utf8JsonWriter json, Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(certificate);
        json.WriteStartObject();
        json.WriteNumber("schema", Schema);
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

    /// <summary>The bytes of a certificate file.</summary>
    public static byte[] ToUtf8(Certificate certificate)
    {
        ArrayBufferWriter<byte> text = new();
        Write(text, certificate);
        return text.WrittenSpan.ToArray();
    }

    /// <summary>Writes the bytes of a certificate file.</summary>
    internal static void Write(IBufferWriter<byte> text, Certificate certificate)
    {
        using (Utf8JsonWriter json = new(text, Indented))
        {
            Write(json, certificate);
        }

        text.Write("\n"u8);
    }

    /// <summary>Reads a certificate file.</summary>
    /// <exception cref="ModelFormatException">It is not a certificate.</exception>
    public static Certificate Read(string path)
    {
        byte[] text = RegularFile.ReadAllBytes(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or ArgumentException)
        {
            throw new ModelFormatException(
                ProofErrors.BadCertificate, $"it cannot be read as a certificate: {exception.Message}", 0, exception) { FilePath = path };
        }
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
            json.WriteString(name, Infinite);
        }
    }

    private static Certificate Read(JsonElement root)
    {
        int schema = root.GetProperty("schema").GetInt32();
        if (schema != Schema)
        {
            throw new FormatException($"schema {schema} is not known");
        }

        return new()
        {
            Tool = Text(root, "tool"),
            Level = Member<ProofLevel>(Text(root, "level")),
            Meaning = root.TryGetProperty("meaning", out JsonElement meaning) ? ReadMeaning(meaning) : null,
            MeaningReasons = root.TryGetProperty("meaning_reasons", out JsonElement reasons) ? Texts(reasons) : [],
            LeftOut = root.TryGetProperty("left_out", out JsonElement leftOut) ? [.. leftOut.EnumerateArray().Select(ReadLeftOut)] : [],
            Source = ReadFile(root.GetProperty("source")),
            Output = ReadFile(root.GetProperty("output")),
            Options = root.GetProperty("options").EnumerateObject().ToImmutableSortedDictionary(
                option => option.Name, option => option.Value.GetString() ?? "", StringComparer.Ordinal),
            Tensors = [.. root.GetProperty("tensors").EnumerateArray().Select(ReadTensor)],
            Notes = Texts(root.GetProperty("notes")),
            NoteRanks = root.TryGetProperty("note_ranks", out JsonElement ranks) ? [.. Texts(ranks).Select(ReadRank)] : [],
        };
    }

    private static ImmutableArray<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(text => text.GetString() ?? "")];

    private static string Word(NoteRank rank) => rank switch
    {
        NoteRank.ChangesResults => "changes-results",
        NoteRank.MayBeMissed => "may-be-missed",
        NoteRank.WithoutEffect => "without-effect",
        _ => throw new ArgumentOutOfRangeException(nameof(rank)),
    };

    private static NoteRank ReadRank(string word) => word switch
    {
        "changes-results" => NoteRank.ChangesResults,
        "may-be-missed" => NoteRank.MayBeMissed,
        "without-effect" => NoteRank.WithoutEffect,
        _ => throw new FormatException($"'{word}' is no rank of a note"),
    };

    private static LeftOutFile ReadLeftOut(JsonElement file) =>
        new(Text(file, "name"), file.GetProperty("bytes").GetInt64(), file.GetProperty("reason").GetString())
        {
            IsPart = file.GetProperty("part").GetBoolean(),
        };

    private static Meaning ReadMeaning(JsonElement word) => word.GetString() switch
    {
        "runs" => Meaning.Runs,
        "carried" => Meaning.Carried,
        "partial" => Meaning.Partial,
        var other => throw new FormatException($"'{other}' is no word for what an output is good for"),
    };

    private static CertifiedFile ReadFile(JsonElement file) => new(
        Text(file, "name"),
        Member<ModelFormat>(Text(file, "format")),
        file.GetProperty("bytes").GetInt64(),
        Text(file, "xxh128"),
        Sha256(file))
    {
        Parts = file.TryGetProperty("parts", out JsonElement parts) ? [.. parts.EnumerateArray().Select(ReadPart)] : [],
    };

    // A part is looked up beside the model: its name must not lead elsewhere.
    private static CertifiedPart ReadPart(JsonElement part)
    {
        string name = Text(part, "name");
        bool isInside = MemberName.IsNested(name)
            ? MemberName.IsLegal(name)
            : name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny('\\', '\0') < 0;
        return isInside
            ? new(name, part.GetProperty("bytes").GetInt64(), Text(part, "xxh128")) { Sha256 = Sha256(part) }
            : throw new FormatException($"'{name}' is no file name");
    }

    private static string? Sha256(JsonElement file) => file.TryGetProperty("sha256", out JsonElement sha256) ? sha256.GetString() : null;

    private static CertifiedTensor ReadTensor(JsonElement tensor) => new(
        Text(tensor, "name"),
        Text(tensor, "source_name"),
        Text(tensor, "type"),
        [.. tensor.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())],
        Member<TensorAction>(Text(tensor, "action")),
        Text(tensor, "xxh128"),
        Member<FiniteStatus>(Text(tensor, "finite")),
        tensor.GetProperty("non_finite").GetInt64())
    {
        Loss = tensor.TryGetProperty("loss", out JsonElement loss) ? ReadLoss(loss) : null,
    };

    private static TensorLoss ReadLoss(JsonElement loss) => new(
        Text(loss, "type"),
        Distance(loss, "absolute"),
        loss.GetProperty("absolute_element").GetInt64(),
        Distance(loss, "relative"),
        loss.GetProperty("relative_element").GetInt64());

    private static double Distance(JsonElement loss, string name)
    {
        JsonElement distance = loss.GetProperty(name);
        return distance.ValueKind != JsonValueKind.String ? distance.GetDouble()
            : distance.ValueEquals(Infinite) ? double.PositiveInfinity
            : throw new FormatException($"'{distance}' is no distance");
    }

    // Enum.Parse would also take numbers, and lists of names.
    private static T Member<T>(string name)
        where T : struct, Enum =>
        Enum.GetNames<T>().Contains(name) ? Enum.Parse<T>(name) : throw new FormatException($"'{name}' is no {typeof(T).Name}");

    private static string Text(JsonElement parent, string name) =>
        parent.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null");
}
