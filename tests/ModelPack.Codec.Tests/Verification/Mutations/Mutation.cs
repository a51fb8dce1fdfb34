using ModelPack.Codec.Tests.Verification.Models;

namespace ModelPack.Codec.Tests.Verification.Mutations;

/// <summary>A kind of corruption, and who has to notice it.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Damage">Does it to a model that was taken apart.</param>
internal sealed record Mutation(string Name, Action<EditableModel> Damage)
{
    /// <summary>Formats in which it makes sense.</summary>
    public ModelFormat[] Formats { get; init; } = Enum.GetValues<ModelFormat>();

    /// <summary>Done to the written file afterwards.</summary>
    public Func<byte[], byte[]> Bytes { get; init; } = bytes => bytes;

    /// <summary>The lowest level at which a comparison has to fail. Below it, the models are equal in what that level compares.</summary>
    public ProofLevel Level { get; init; } = ProofLevel.L1;

    /// <summary>The kind of difference that a comparison has to report.</summary>
    public DifferenceKind Kind { get; init; } = DifferenceKind.Payload;

    /// <summary>Where: the tensor in GGUF's words, or the metadata key.</summary>
    public Func<EditableModel, string>? Place { get; init; }

    /// <summary>What a validation has to find; nothing if it cannot know.</summary>
    public ErrorCode? Finding { get; init; }

    /// <summary>Where a validation has to find it; where the comparison does if null.</summary>
    public Func<EditableModel, string>? FindingPlace { get; init; }

    /// <summary>The error with which opening the file has to fail, by format.</summary>
    public Func<ModelFormat, ErrorCode?> Refusal { get; init; } = _ => null;

    /// <summary>The error with which reading the whole file has to fail.</summary>
    public ErrorCode? WrongChecksum { get; init; }

    public static Func<EditableModel, string> Tensor(string ggufName) => model => model.NameOf(ggufName);

    public static Func<EditableModel, string> Key(string gguf, string apr, string safeTensors) =>
        model => KeyOf(model, gguf, apr, safeTensors);

    public static string KeyOf(EditableModel model, string gguf, string apr, string safeTensors) => model.Format switch
    {
        ModelFormat.Gguf => gguf,
        ModelFormat.Apr => apr,
        _ => safeTensors,
    };

    public override string ToString() => Name;
}
