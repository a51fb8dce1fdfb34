using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Models;

/// <summary>A container format, as the rest of the library sees it.</summary>
/// <param name="Format">Which one it is.</param>
/// <param name="Matches">Whether a file of so many bytes begins like one.</param>
/// <param name="Open">Opens a source. The file owns it from then on.</param>
/// <param name="Target">What a conversion has to know of it.</param>
internal sealed record RegisteredFormat(
    ModelFormat Format, Func<byte[], long, bool> Matches, Func<ByteSource, ModelFile> Open, ContainerTarget Target);

/// <summary>The container formats, a line each.</summary>
internal static class FormatCatalog
{
    /// <summary>All of them, in the order in which they are looked for.</summary>
    public static ImmutableArray<RegisteredFormat> All { get; } =
    [
        new(ModelFormat.Gguf, (first, _) => GgufFormat.Matches(first), GgufFile.Open, new GgufTarget()),
        new(ModelFormat.Apr, (first, _) => AprFormat.Matches(first), AprFile.Open, new AprTarget()),
        new(ModelFormat.SafeTensors, (first, length) => SafeTensorsFormat.Matches(first, length), SafeTensorsFile.Open,
            new SafeTensorsTarget()),
    ];

    /// <summary>One of them.</summary>
    public static RegisteredFormat Of(ModelFormat format) =>
        All.FirstOrDefault(entry => entry.Format == format) ?? throw new ArgumentOutOfRangeException(nameof(format));
}
