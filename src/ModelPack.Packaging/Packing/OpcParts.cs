using System.Security;
using System.Text;

namespace ModelPack.Packaging.Packing;

/// <summary>What makes a ZIP file an Open Packaging container (ECMA-376 part 2), as NuGet writes it. Its own writer deflates everything and
/// dates entries by the clock.</summary>
internal static class OpcParts
{
    public const string PropertiesPath = "package/services/metadata/core-properties/modelpack.psmdcp";

    private static readonly string[] Endings = ["rels", "psmdcp", "nuspec", "part", "json", "props", "targets", "txt", "md"];

    public static void Add(PackageFile package, string id, string version, string authors, string description)
    {
        package.AddText("_rels/.rels", $"""
            <?xml version="1.0" encoding="utf-8"?>
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
              <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/{id}.nuspec" Id="R1" />
              <Relationship Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="/{PropertiesPath}" Id="R2" />
            </Relationships>

            """);
        package.AddText("[Content_Types].xml", ContentTypes());
        package.AddText(PropertiesPath, $"""
            <?xml version="1.0" encoding="utf-8"?>
            <coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://schemas.openxmlformats.org/package/2006/metadata/core-properties">
              <dc:creator>{Escape(authors)}</dc:creator>
              <dc:description>{Escape(description)}</dc:description>
              <dc:identifier>{id}</dc:identifier>
              <version>{version}</version>
            </coreProperties>

            """);
    }

    /// <summary>Text for XML.</summary>
    public static string Escape(string text) => SecurityElement.Escape(Plain(text));

    /// <summary>Text without what XML cannot hold: control characters, halves of surrogate pairs, the last two characters (XML 1.0
    /// §2.2).</summary>
    public static string Plain(string text) => string.Concat(text.EnumerateRunes().Where(
        rune => rune.Value is '\n' or '\t' || (!Rune.IsControl(rune) && rune.Value is not (0xFFFE or 0xFFFF))));

    private static string ContentTypes()
    {
        StringBuilder text = new();
        text.Append("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        text.Append("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n");
        foreach (string ending in Endings)
        {
            string type = ending switch
            {
                "rels" => "application/vnd.openxmlformats-package.relationships+xml",
                "psmdcp" => "application/vnd.openxmlformats-package.core-properties+xml",
                _ => "application/octet",
            };
            text.Append($"  <Default Extension=\"{ending}\" ContentType=\"{type}\" />\n");
        }

        text.Append("  <Override PartName=\"/lib/netstandard2.0/_._\" ContentType=\"application/octet\" />\n</Types>\n");
        return text.ToString();
    }
}
