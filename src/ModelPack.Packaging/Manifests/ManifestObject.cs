using System.Text.Json;
using ModelPack.Packaging.Content;

namespace ModelPack.Packaging.Manifests;

/// <summary>An object of a manifest, and what its fields have to be.</summary>
/// <param name="element">The object.</param>
/// <param name="place">Where it stands, for errors.</param>
/// <param name="path">The file.</param>
internal readonly struct ManifestObject(JsonElement element, string place, string path)
{
    // Two of them can be added.
    public const long MaximumNumber = 1L << 62;
    private const int MaximumName = 128;

    public string Path => path;

    public static bool IsName(string text) => text.Length is > 0 and <= MaximumName
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or '+') && text.Trim('.').Length > 0;

    public string Text(string name) =>
        OptionalText(name) ?? throw Bad($"{place}{name} is missing");

    public string? OptionalText(string name) => Field(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Null } => null,
        _ => throw Bad($"{place}{name} is no string"),
    };

    /// <summary>A word that becomes a part of paths and messages.</summary>
    public string Name(string name)
    {
        string text = Text(name);
        return IsName(text) ? text : throw Bad($"{place}{name} is '{text}', which is no name");
    }

    /// <summary>The same where it may be left out.</summary>
    public string? OptionalName(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _) ? Name(name) : null;

    public long Number(string name) =>
        Field(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long value)
            && value is >= 0 and <= MaximumNumber
            ? value
            : throw Bad($"{place}{name} is no count of bytes");

    public string Digits(string name, int count)
    {
        string text = Text(name);
        return text.Length == count && text.All(char.IsAsciiHexDigitLower)
            ? text
            : throw Bad($"{place}{name} does not consist of {count} hexadecimal digits in lower case");
    }

    public IEnumerable<ManifestObject> Objects(string name)
    {
        (string where, string file) = (place, path);
        return Field(name) is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray().Select((item, index) => item.ValueKind == JsonValueKind.Object
                ? new ManifestObject(item, $"{where}{name}[{index}].", file)
                : throw new ModelPackException(PackagingErrors.BadManifest, $"{where}{name}[{index}] is no object") { FilePath = file })
            : throw Bad($"{place}{name} is no list");
    }

    /// <exception cref="ModelPackException">It leads outside, or Windows or another system would take it for something else.</exception>
    public void EnsureInside(string name)
    {
        if (!PortablePath.IsLegal(name))
        {
            throw new ModelPackException(PackagingErrors.PathOutside, $"{place} names the path '{name}'") { FilePath = path };
        }
    }

    public ModelPackException Bad(string what) => new(PackagingErrors.BadManifest, what) { FilePath = path };

    private JsonElement Field(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement field)
            ? field
            : throw Bad($"{place}{name} is missing");
}
