using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>Base of every error that this library reports on purpose. Anything else that escapes is a defect.</summary>
public class ModelPackException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="code">The catalogue entry.</param>
    /// <param name="detail">What was found, in one sentence, with the values. <see cref="Detail"/> is this text as
    /// <see cref="SafeText.Escape"/> makes it.</param>
    /// <param name="inner">The cause, if there is one.</param>
    internal ModelPackException(ErrorCode code, string detail, Exception? inner = null)
        : base(SafeText.Escape(detail), inner)
    {
        ArgumentNullException.ThrowIfNull(code);
        Code = code;
    }

    /// <summary>The catalogue entry: stable code, rule and remedy.</summary>
    public ErrorCode Code { get; }

    /// <summary>Path of the file concerned, if known.</summary>
    public string? FilePath { get; internal set; }

    /// <summary>Name of the tensor concerned, if there is one; as it stands in the file, not escaped.</summary>
    public string? TensorName { get; internal init; }

    /// <summary>Byte offset in the file at which the problem was found, if there is one.</summary>
    public long? ByteOffset { get; internal init; }

    /// <summary>Name of the file beside the weights that is wrong, if the model is a folder.</summary>
    internal string? Companion { get; init; }

    /// <summary>What was found, in one sentence, with the values.</summary>
    public string Detail => base.Message;

    /// <summary>Everything that is known: code, file, tensor, what was found, byte, rule and remedy, in the words of this
    /// library.</summary>
    public override string Message =>
        SafeText.Escape($"{Code.Id}: {(FilePath is null ? "" : $"'{FilePath}': ")}{Describe(ApiWords.Of(Code.Remedy))}");

    /// <summary>What of it a program wants that shows code and path itself: what, where, why, and what to do; escaped as a whole, since
    /// two harmless names side by side can be a command.</summary>
    internal string Describe() => Describe(Code.Remedy);

    private string Describe(string remedy)
    {
        string tensor = TensorName is null ? "" : $"tensor '{TensorName}': ";
        string offset = ByteOffset is null ? "" : $" (at byte {ByteOffset})";
        string rule = Code.Rule.Length == 0 ? "" : $" [{Code.Rule}]";
        string end = Detail.EndsWith('?') && offset.Length + rule.Length == 0 ? "" : ".";
        return SafeText.Escape($"{tensor}{Detail}{offset}{rule}{end} {remedy}");
    }
}
