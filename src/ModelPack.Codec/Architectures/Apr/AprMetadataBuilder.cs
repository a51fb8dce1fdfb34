using System.Text.Json;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Apr;

/// <summary>The metadata of a new APR file (apr-v2.md §7).</summary>
internal static class AprMetadataBuilder
{
    public static AprTargetMetadata For(ModelFile root, ModelDescription words, IReadOnlyList<OutputTensor> steps)
    {
        Companion? config = words.Companions.FirstOrDefault(
            companion => companion.Name == CompanionNames.Config && CompanionText.WhyUnread(companion.Name, companion.Bytes.Span) is null);
        (string? type, string? className) = config is null ? (null, null) : Identity(config);
        HashSet<string> known = new(StringComparer.Ordinal);
        return AprFromGguf.Write(new()
        {
            Architecture = words.Architecture ?? words.Family?.Names.Architecture,

            // A GGUF may hold a key twice; the first one is what readers find.
            Entries = [.. words.Entries.Where(entry => known.Add(entry.Key))],
            Tensors = [.. steps.Select(step => new StoredTensor(step.Name, step.Logical.Type, step.Logical.Shape, step.Payload.Length))],
            Format = root.Format,
            Rows = AprNamingSchemes.Of(steps.Select(step => step.Name)) == AprNamingScheme.Gguf ? RowOrder.Gguf : RowOrder.HuggingFace,
            AreHeadsSplit = words.Family is { Names.Layout: FusedLayout.Heads },
            ParameterCount = (ulong)steps.Sum(step => step.Logical.ElementCount),
            HuggingFaceClass = className,
            HuggingFaceModelType = type,
            HuggingFaceConfig = config?.Bytes,
        });
    }

    private static (string? Type, string? Class) Identity(Companion config)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(PythonJson.ToJson(config.Bytes));
            JsonElement root = document.RootElement;
            string? type = root.TryGetProperty("model_type", out JsonElement named) && named.ValueKind == JsonValueKind.String
                ? named.GetString()
                : null;
            string? first = root.TryGetProperty("architectures", out JsonElement classes) && classes is { ValueKind: JsonValueKind.Array }
                && classes.GetArrayLength() > 0
                && classes[0].ValueKind == JsonValueKind.String ? classes[0].GetString() : null;
            return (type, first);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, null);
        }
    }
}
