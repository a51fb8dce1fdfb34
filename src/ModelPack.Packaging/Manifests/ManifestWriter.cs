using System.Text.Encodings.Web;
using System.Text.Json;

namespace ModelPack.Packaging.Manifests;

/// <summary>Writes a manifest: the same bytes for the same model, keys sorted, no times.</summary>
internal static class ManifestWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(PackageManifest manifest)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("architecture", manifest.Architecture);
            writer.WriteStartArray("files");
            foreach (ManifestFile file in manifest.Files)
            {
                Write(writer, file);
            }

            writer.WriteEndArray();
            writer.WriteString("format", manifest.Format);
            writer.WriteString("id", manifest.Id);
            writer.WriteString("layout", manifest.Layout);
            writer.WriteString("license", manifest.License);
            writer.WriteNumber("limit", manifest.Limit);
            writer.WriteString("schema", PackageManifest.Schema);
            writer.WriteString("version", manifest.Version);
            writer.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, ManifestFile file)
    {
        writer.WriteStartObject();
        writer.WriteNumber("length", file.Length);
        writer.WriteStartArray("parts");
        foreach (ManifestPart part in file.Parts)
        {
            writer.WriteStartObject();
            writer.WriteString("entry", part.Entry);
            writer.WriteNumber("length", part.Length);
            writer.WriteNumber("offset", part.Offset);
            writer.WriteString("package", part.Package);
            writer.WriteString("sha256", part.Sha256);
            writer.WriteString("version", part.Version);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("path", file.Path);
        writer.WriteString("sha256", file.Sha256);
        if (file.Variant is not null)
        {
            writer.WriteString("variant", file.Variant);
        }

        writer.WriteString("xxh128", file.Xxh128);
        writer.WriteEndObject();
    }
}
