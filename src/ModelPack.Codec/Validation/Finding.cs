using ModelPack.Conversion;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>Something wrong with a model in a file that is structurally valid.</summary>
public sealed class Finding
{
    internal Finding(ErrorCode code, string place, string text, long? byteOffset = null)
    {
        Code = code;
        Place = place;
        Text = SafeText.Escape(text);
        ByteOffset = byteOffset;
    }

    /// <summary>The catalogue entry.</summary>
    public ErrorCode Code { get; }

    /// <summary>The tensor or metadata key.</summary>
    public string Place { get; }

    /// <summary>One sentence with the values.</summary>
    public string Text { get; }

    /// <summary>Where it is, if it has a place.</summary>
    public long? ByteOffset { get; }

    /// <summary>For people: code, place and text.</summary>
    public override string ToString() => SafeText.Escape($"{Code.Id}: {Place}: {Text}");

    /// <summary>Whether NaN or infinity was found: what some models hold on purpose.</summary>
    internal bool IsNonFinite => Code == ProofErrors.NonFiniteTensor;
}
