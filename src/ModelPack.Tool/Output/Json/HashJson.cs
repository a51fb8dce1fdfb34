using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Verification.Hashing;

namespace ModelPack.Tool.Output.Json;

/// <summary>The documents of <c>hash</c> (docs/json.md).</summary>
internal static class HashJson
{
    public static void Write(Utf8JsonWriter writer, string path, ModelHash hashes)
    {
        writer.WriteString("kind", "hash");
        writer.WriteString("file", path);
        writer.WriteString("model", hashes.Model);
        writer.WriteString("values", hashes.Values);
        writer.WriteString("sha256", hashes.Sha256);
        writer.WriteStartArray("tensors");
        foreach (TensorHash tensor in hashes.Tensors)
        {
            writer.WriteStartObject();
            writer.WriteString("name", tensor.Name);
            writer.WriteString("type", tensor.Type);
            writer.WriteShape(tensor.Shape);
            writer.WriteString("hash", Digits(tensor.Identity));
            writer.WriteString("payload", Digits(tensor.Payload));
            writer.WriteString("values", tensor.Values is UInt128 values ? Digits(values) : null);
            writer.WriteString("sha256", tensor.Sha256);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStrings("notes", hashes.Notes);
    }

    public static void Write(Utf8JsonWriter writer, string path, ModelHash hashes, string manifest, ImmutableArray<HashMismatch> mismatches)
    {
        Write(writer, path, hashes);
        writer.WriteString("manifest", manifest);
        writer.WriteBoolean("asManifest", mismatches.IsEmpty);
        writer.WriteStartArray("mismatches");
        foreach (HashMismatch mismatch in mismatches)
        {
            writer.WriteStartObject();
            writer.WriteString("tensor", mismatch.Name);
            writer.WriteString("text", mismatch.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteLines(Utf8JsonWriter writer, string path, ImmutableArray<string> lines, ImmutableArray<Note> notes)
    {
        writer.WriteString("kind", "hash");
        writer.WriteString("file", path);
        writer.WriteStrings("ggufHash", lines);
        writer.WriteStrings("notes", [.. notes.Select(NoteText.Of)]);
    }

    private static string Digits(UInt128 hash) => hash.ToString("x32", CultureInfo.InvariantCulture);
}
