using System.Text;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Formats.Apr;

namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>Both checksums are right whatever is changed.</summary>
internal sealed class EditableApr : EditableJson
{
    public byte Minor { get; set; }

    public uint FooterFlip { get; set; }

    public override ModelFormat Format => ModelFormat.Apr;

    public override byte[] Build() => new AprBytes
    {
        Minor = Minor,
        FooterFlip = FooterFlip,
        Padding = Padding,
        Tail = Tail,
        Metadata = Encoding.UTF8.GetBytes(MetadataJson()),
        Entries =
        [
            .. Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal).Select(tensor => new AprEntryBytes(
                Encoding.UTF8.GetBytes(tensor.Name),
                AprTypeBytes.ToWrite(tensor.Type)!.Value,
                [.. tensor.Shape.Select(dimension => (ulong)dimension)],
                tensor.Payload)),
        ],
    }.Build();
}
