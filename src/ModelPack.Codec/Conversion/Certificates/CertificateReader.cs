using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Conversion.Certificates;

/// <summary>Reads what <see cref="CertificateWriter"/> has written. Nothing in it is trusted.</summary>
internal static class CertificateReader
{
    /// <exception cref="FormatException">It is no certificate; other exceptions of <see cref="JsonElement"/> say the same.</exception>
    public static Certificate Read(JsonElement root)
    {
        int schema = root.GetProperty("schema").GetInt32();
        if (schema != CertificateJson.Schema)
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
            : distance.ValueEquals(CertificateJson.Infinite) ? double.PositiveInfinity
            : throw new FormatException($"'{distance}' is no distance");
    }

    // Enum.Parse would also take numbers, and lists of names.
    private static T Member<T>(string name)
        where T : struct, Enum =>
        Enum.GetNames<T>().Contains(name) ? Enum.Parse<T>(name) : throw new FormatException($"'{name}' is no {typeof(T).Name}");

    private static string Text(JsonElement parent, string name) =>
        parent.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null");
}
