using System.Text;
using System.Text.Json;

namespace ModelPack.Codec.SafeTensors;

/// <summary>A metadata value: the format has strings only. Escapes are resolved; the spelling stays in the file's header bytes.</summary>
public sealed class SafeTensorsValue : MetadataValue
{
    internal SafeTensorsValue(ReadOnlyMemory<byte> utf8, long position)
    {
        RawBytes = utf8;
        Position = position;
    }

    /// <inheritdoc/>
    public override string TypeName => "json string";

    /// <summary>The text in UTF-8, unescaped and without quotes.</summary>
    public override ReadOnlyMemory<byte> RawBytes { get; }

    /// <summary>The text.</summary>
    public override string Text => Encoding.UTF8.GetString(RawBytes.Span);

    internal override ReadOnlyMemory<byte>? TextUtf8 => RawBytes;

    internal long Position { get; }

    /// <inheritdoc/>
    public override string Display(int maxItems = 8) => Text;

    /// <inheritdoc/>
    public override void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue) => writer.WriteStringValue(RawBytes.Span);
}
