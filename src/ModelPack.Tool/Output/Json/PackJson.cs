using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Packing;

namespace ModelPack.Tool.Output.Json;

/// <summary>The documents of <c>pack</c> and <c>unpack</c> (docs/json.md).</summary>
internal static class PackJson
{
    public static void Write(Utf8JsonWriter writer, ImmutableArray<PackSource> sources, PackReport report)
    {
        writer.WriteString("kind", "pack");
        writer.WriteString("source", sources[0].Path);
        writer.WriteStartArray("variants");
        foreach (PackSource source in sources.Where(source => source.Variant is not null))
        {
            writer.WriteStartObject();
            writer.WriteString("name", source.Variant);
            writer.WriteString("source", source.Path);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("id", report.Id);
        writer.WriteString("version", report.Version);
        writer.WriteString("format", report.Format);
        writer.WriteString("digest", report.Digest);
        writer.WriteStartArray("packages");
        foreach (MadePackage package in report.Packages)
        {
            writer.WriteStartObject();
            writer.WriteString("id", package.Id);
            writer.WriteString("version", package.Version);
            writer.WriteString("path", package.Path.Length == 0 ? null : package.Path);
            writer.WriteNumber("bytes", package.Bytes);
            writer.WriteString("outcome", package.Outcome.ToString().ToLowerInvariant());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStrings("warnings", [.. report.Warnings.Select(warning => $"{warning.Code.Id}: {warning.Describe()}")]);
        writer.WriteStrings("leftOut", [.. report.LeftOut.Select(file => file.ToString())]);
    }

    public static void WriteUnpacked(Utf8JsonWriter writer, string package, string folder, PackageManifest manifest)
    {
        writer.WriteString("kind", "unpack");
        writer.WriteString("source", package);
        writer.WriteString("target", folder);
        writer.WriteString("id", manifest.Id);
        writer.WriteString("version", manifest.Version);
        writer.WriteString("digest", manifest.Digest);
        writer.WriteStartArray("files");
        foreach (ManifestFile file in manifest.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("path", file.Path);
            writer.WriteNumber("bytes", file.Length);
            writer.WriteString("sha256", file.Sha256);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
