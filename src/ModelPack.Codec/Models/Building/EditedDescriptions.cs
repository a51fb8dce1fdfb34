using System.Text.Json;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO.Json;

namespace ModelPack.Models.Building;

/// <summary>Keeps the description of carried tensors (<see cref="TensorDescriptions"/>) true when tensors are renamed or removed.</summary>
internal static class EditedDescriptions
{
    private const int MaximumDepth = 4;

    /// <param name="first">The file with the model's own metadata.</param>
    /// <param name="files">All files with tensors.</param>
    public static void Update(BuilderFile first, IReadOnlyList<BuilderFile> files)
    {
        if (first.Find(TensorDescriptions.Key) is not { TextUtf8: { } utf8 } before || TryParse(utf8) is not { } text)
        {
            return;
        }

        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach ((string was, BuilderTensor tensor) in files.SelectMany(file => file.Kept))
        {
            names[was] = tensor.Name;
        }

        List<JsonMember> members = [.. text.Members];
        text.Members.Clear();
        foreach (JsonMember member in members)
        {
            if (names.TryGetValue(member.Name, out string? name))
            {
                text.Members.Add(
                    name == member.Name
                        ? member
                        : member with { Name = name, Key = AprJson.String(name).Utf8, Value = WithoutName(member.Value) });
            }
        }

        if (text.Members.Count == 0 && members.Count > 0)
        {
            first.Unset(TensorDescriptions.Key);
            return;
        }

        byte[] after = text.Write().ToArray();
        first.Set(TensorDescriptions.Key, before switch
        {
            AprJsonValue => new AprJsonValue(AprJson.String(after).Utf8),
            SafeTensorsValue => SafeTensorsValue.Of(after),
            _ => Formats.Gguf.GgufValue.FromStringBytes(after),
        });
    }

    // The name that a carried tensor had elsewhere gives way to the one that it gets here.
    private static ReadOnlyMemory<byte> WithoutName(ReadOnlyMemory<byte> description)
    {
        JsonObjectText text = JsonObjectText.Parse(description, MaximumDepth);
        return text.Members.RemoveAll(member => member.Name == "name") > 0 ? text.Write() : description;
    }

    private static JsonObjectText? TryParse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonObjectText.Parse(utf8, MaximumDepth);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Something else goes by this name; it stays as it is.
            return null;
        }
    }
}
