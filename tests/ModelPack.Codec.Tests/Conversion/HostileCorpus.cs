using System.Text.Json;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>What the corpus says of non-finite values in a file.</summary>
internal sealed record ExpectedNonFinite(string Tensor, bool MustFlag, long? First, long Count, long NaN);

/// <summary>A file of the hostile corpora.</summary>
internal sealed record HostileFile(string Path, bool MustRefuse, ExpectedNonFinite? NonFinite)
{
    public string Name => System.IO.Path.GetFileName(Path);
}

internal static class HostileCorpus
{
    public static IReadOnlyList<HostileFile> Files { get; } = [
        .. Read("gguf", "files"), .. Read("apr", "files"), .. Read("safetensors", "entries")];

    private static IEnumerable<HostileFile> Read(string format, string list)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(RepositoryData.Path("corpus", format, "hostile", "expected.json")));
        foreach (JsonElement file in document.RootElement.GetProperty(list).EnumerateArray())
        {
            string name = file.GetProperty("file").GetString()!;
            if (!name.EndsWith('/'))
            {
                ExpectedNonFinite? expected = file.TryGetProperty("nan", out JsonElement nan) ? NonFinite(nan) : null;
                yield return new(
                    RepositoryData.Path("corpus", format, "hostile", name), file.GetProperty("must_refuse").GetBoolean(), expected);
            }
        }
    }

    private static ExpectedNonFinite NonFinite(JsonElement nan) => new(
        nan.GetProperty("tensor").GetString()!,
        nan.GetProperty("must_flag").GetBoolean(),
        nan.GetProperty("first_nonfinite_element") is { ValueKind: JsonValueKind.Number } first ? first.GetInt64() : null,
        nan.GetProperty("nonfinite_elements").GetInt64(),
        nan.GetProperty("nan_elements").GetInt64());
}
