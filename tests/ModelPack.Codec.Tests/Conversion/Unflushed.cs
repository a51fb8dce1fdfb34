using ModelPack.IO.Output;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Conversions whose outputs need not outlive a power failure. What flushes is tested where outputs are committed; waiting for the
/// disk is half the time of a test that converts a corpus.</summary>
internal static class Unflushed
{
    private static readonly NameChanges Changes = new UnflushedChanges();

    public static Certificate Convert(string source, string target, ModelFormat to, ConversionOptions options) =>
        ModelConverter.Convert(source, target, to, options, Changes);
}
