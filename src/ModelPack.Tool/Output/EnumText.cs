using ModelPack.Diagnostics;

namespace ModelPack.Tool.Output;

/// <summary>The names of enumerated values, as reports and documents spell them. Scripts rely on them.</summary>
internal static class EnumText
{
    public static string Of(ProofLevel level) => level switch
    {
        ProofLevel.L0 => "L0",
        ProofLevel.L1 => "L1",
        ProofLevel.L2 => "L2",
        ProofLevel.L3 => "L3",
        _ => throw new ArgumentOutOfRangeException(nameof(level)),
    };

    public static string Of(DifferenceKind kind) => kind switch
    {
        DifferenceKind.MissingTensor => "missing-tensor",
        DifferenceKind.ExtraTensor => "extra-tensor",
        DifferenceKind.Shape => "shape",
        DifferenceKind.Type => "type",
        DifferenceKind.Payload => "payload",
        DifferenceKind.Order => "order",
        DifferenceKind.Metadata => "metadata",
        DifferenceKind.Container => "container",
        DifferenceKind.Value => "value",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static string Of(FileSide side) => side switch
    {
        FileSide.First => "first",
        FileSide.Second => "second",
        _ => throw new ArgumentOutOfRangeException(nameof(side)),
    };

    public static string Of(TensorAction action) => action switch
    {
        TensorAction.Copy => "copy",
        TensorAction.Carry => "carry",
        TensorAction.Swap => "swap",
        TensorAction.Move => "move",
        TensorAction.Widen => "widen",
        TensorAction.Change => "change",
        TensorAction.Keep => "keep",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    public static string Of(Meaning meaning) => meaning switch
    {
        Meaning.Runs => "runs",
        Meaning.Carried => "carried",
        Meaning.Partial => "partial",
        _ => throw new ArgumentOutOfRangeException(nameof(meaning)),
    };

    public static string Of(NoteRank rank) => rank switch
    {
        NoteRank.ChangesResults => "changes-results",
        NoteRank.MayBeMissed => "may-be-missed",
        NoteRank.WithoutEffect => "without-effect",
        _ => throw new ArgumentOutOfRangeException(nameof(rank)),
    };

    public static string Of(ByteOrder order) => order switch
    {
        ByteOrder.LittleEndian => "little-endian",
        ByteOrder.BigEndian => "big-endian",
        _ => throw new ArgumentOutOfRangeException(nameof(order)),
    };
}
