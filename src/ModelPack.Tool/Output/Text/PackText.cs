using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Packing;

namespace ModelPack.Tool.Output.Text;

/// <summary>What was packed, and what was unpacked.</summary>
internal static class PackText
{
    public static string Of(ImmutableArray<PackSource> sources, PackReport report, int width = int.MaxValue)
    {
        bool isPlan = report.Packages.Any(package => package.Outcome == PackageOutcome.Planned);
        TextReport text = new(width);
        text.Line($"{string.Join(", ", sources.Select(source => source.Path))}: {(isPlan ? "would be packed" : "packed")} as {report.Id} {report.Version}");
        text.Field("format", report.Format);
        if (sources[0].Variant is { } first)
        {
            text.Field("variants", $"{string.Join(", ", sources.Select(source => source.Variant))}; {first} is the default");
        }

        text.Field("model", $"sha256:{report.Digest}");
        text.Section("left out", report.LeftOut.Select(file => file.ToString()));
        text.Line();
        text.Line("packages, in the order in which to push them");
        text.Table(
            [new("package"), new("version"), new("bytes of the model", ColumnAlign.Right), new("")],
            report.Packages.Select(package => new[]
            {
                package.Id, package.Version, package.Bytes.ToString("N0", CultureInfo.InvariantCulture), Word(package),
            }));
        return text.ToString();
    }

    public static string Unpacked(string package, string folder, PackageManifest manifest)
    {
        TextReport text = new();
        text.Line($"{package}: {manifest.Id} {manifest.Version} unpacked to {folder}, every byte as it was packed");
        text.Section(
            "files", manifest.Files.Select(
                file => string.Create(CultureInfo.InvariantCulture, $"{file.Path} ({file.Length:N0} bytes, sha256:{file.Sha256})")));
        return text.ToString();
    }

    private static string Word(MadePackage package) => package.Outcome switch
    {
        PackageOutcome.Written => package.Path,
        PackageOutcome.Unchanged => $"{package.Path} (as it was)",
        PackageOutcome.Reused => "already published",
        _ => "",
    };
}
