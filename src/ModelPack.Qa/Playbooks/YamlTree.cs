using System.Globalization;
using ModelPack.IO;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ModelPack.Qa.Playbooks;

/// <summary>A YAML document of one playbook, with the lines of its keys. Nothing in it is trusted: size and depth are bounded.</summary>
internal static class YamlTree
{
    private const int MaximumBytes = 1 << 20;
    private const int MaximumDepth = 32;

    /// <exception cref="ModelPackException">The text is no YAML mapping.</exception>
    public static YamlMappingNode Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelPackException(QaErrors.NoModel, $"there is no playbook '{path}'") { FilePath = path };
        }

        RegularFile.EnsureReadable(path);
        if (new FileInfo(path).Length > MaximumBytes)
        {
            throw new ModelPackException(QaErrors.NoPlaybook, $"it is larger than {MaximumBytes} bytes") { FilePath = path };
        }

        string text = RegularFile.ReadAllText(path);
        try
        {
            EnsureShallow(text, path);
            YamlStream stream = new();
            stream.Load(new StringReader(text));
            return stream.Documents is [{ RootNode: YamlMappingNode root }]
                ? root
                : throw new ModelPackException(QaErrors.NoPlaybook, "it is not one mapping of keys") { FilePath = path };
        }
        catch (YamlException exception)
        {
            throw new ModelPackException(
                QaErrors.NoPlaybook, $"line {exception.Start.Line}: {exception.Message.TrimEnd('.')}", exception) { FilePath = path };
        }
        catch (InvalidOperationException exception)
        {
            // YamlDotNet says so where the text ends within a list or a mapping.
            throw new ModelPackException(
                QaErrors.NoPlaybook, $"line {text.Count(letter => letter == '\n')}: the file ends within a list or a mapping", exception)
                {
                    FilePath = path,
                };
        }
    }

    public static ModelPackException Wrong(ErrorCode code, YamlNode at, string why) =>
        new(code, string.Create(CultureInfo.InvariantCulture, $"line {at.Start.Line}: {why}"));

    private static void EnsureShallow(string text, string path)
    {
        Parser parser = new(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current switch { MappingStart or SequenceStart => 1, MappingEnd or SequenceEnd => -1, _ => 0 };
            string? refused = depth > MaximumDepth ? $"more than {MaximumDepth} levels"
                : parser.Current switch
                {
                    AnchorAlias => "an alias; write the value again",
                    NodeEvent { Tag.IsEmpty: false } => "a tag; plain values need none",
                    _ => null,
                };
            if (refused is not null)
            {
                throw new ModelPackException(QaErrors.NoPlaybook, $"line {parser.Current!.Start.Line}: {refused}") { FilePath = path };
            }
        }
    }
}
