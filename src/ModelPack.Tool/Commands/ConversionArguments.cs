using System.CommandLine;
using ModelPack.Codec.Conversion;

namespace ModelPack.Tool.Commands;

/// <summary>The options of a conversion that several verbs share.</summary>
internal sealed class ConversionArguments
{
    private readonly Option<string> _quantized = Arguments.Word(
        "--quantized",
        "A type that the target lacks: 'blocks' carries the raw blocks as bytes (exact, but not runnable by the target's own programs), "
        + "'native' refuses, 'auto' takes the best that is exact.",
        "auto", "auto", "blocks", "native");

    private readonly Option<string> _naming = Arguments.Word(
        "--naming",
        "Names of tensors and metadata: the target's own where the architecture is known, or the source's.",
        "native", "native", "verbatim");

    private readonly Option<string> _origin = Arguments.Word(
        "--origin",
        "Embed the record that makes the way back byte-exact (proves L3), or leave it out (proves less).",
        "embed", "embed", "none");

    private readonly Option<bool> _allowNonFinite = Arguments.Flag(
        "--allow-nonfinite", "Let NaN and infinity pass, bit for bit. Without it they are an error that names the tensor.");

    private readonly Option<int> _threads = Arguments.Number(
        "--threads", "Worker threads. Default: one for each processor.", 1, 1024);

    public void AddTo(Command command)
    {
        command.Options.Add(_quantized);
        command.Options.Add(_naming);
        AddSameFormatTo(command);
    }

    /// <summary>Adds what makes sense where the output has the format of the source.</summary>
    public void AddSameFormatTo(Command command)
    {
        command.Options.Add(_origin);
        command.Options.Add(_allowNonFinite);
        command.Options.Add(_threads);
    }

    public ConversionOptions Read(ParseResult parsed) => new()
    {
        Quantized = parsed.GetValue(_quantized) switch
        {
            null or "auto" => QuantizedMode.Auto,
            "blocks" => QuantizedMode.Blocks,
            "native" => QuantizedMode.Native,
            string other => throw new InvalidOperationException(other),
        },
        Naming = parsed.GetValue(_naming) switch
        {
            null or "native" => NamingMode.Native,
            "verbatim" => NamingMode.Verbatim,
            string other => throw new InvalidOperationException(other),
        },
        Origin = parsed.GetRequiredValue(_origin) switch
        {
            "embed" => OriginMode.Embed,
            "none" => OriginMode.None,
            string other => throw new InvalidOperationException(other),
        },
        NonFinite = parsed.GetValue(_allowNonFinite) ? NonFinitePolicy.Allow : NonFinitePolicy.Refuse,
        Threads = parsed.GetValue(_threads),
    };
}
