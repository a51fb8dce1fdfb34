using System.CommandLine;

namespace ModelPack.Tool.Commands;

/// <summary>The options of a conversion that several verbs share.</summary>
internal sealed class ConversionArguments
{
    private readonly Option<string> quantized = Arguments.Word(
        "--quantized",
        "A quantized type that the target lacks: 'auto' widens it to F32, for the target's own programs, and keeps the blocks in a side "
            + "file; "
        + "'blocks' carries the raw blocks as bytes (compact, but not runnable by the target's own programs); 'native' refuses.",
        "auto", "auto", "blocks", "native");

    private readonly Option<string> naming = Arguments.Word(
        "--naming",
        "Names of tensors and metadata: the target's own where the architecture is known, or the source's.",
        "native", "native", "verbatim");

    private readonly Option<string> origin = Arguments.Word(
        "--origin",
        "Embed the record that makes the way back byte-exact (proves L3), or leave it out (proves less).",
        "embed", "embed", "none");

    private readonly Option<string> dtype = Arguments.Word(
        "--dtype",
        "Round the matrices of the output to a 16-bit type. A loss: needs --allow-lossy. The source's bytes are kept in a side file.",
        ["bf16", "f16"]);

    private readonly Option<bool> allowLossy = Arguments.Flag(
        "--allow-lossy", "Allow what loses something and was asked for by name. It is measured, and the certificate has it.");

    private readonly Option<double?> epsilon = Arguments.Distance(
        "--epsilon", "The largest absolute error that --dtype may make; beyond it the conversion fails and names the value.");

    private readonly Option<bool> allowNonFinite = Arguments.Flag(
        "--allow-nonfinite", "Let NaN and infinity pass, bit for bit. Without it they are an error that names the tensor.");

    private readonly Option<int> threads = Arguments.Number(
        "--threads", "Worker threads. Default: one for each processor.", 1, 1024);

    private readonly Option<bool> alone = Arguments.Alone();

    public void AddTo(Command command)
    {
        command.Options.Add(quantized);
        command.Options.Add(naming);
        command.Options.Add(dtype);
        command.Options.Add(allowLossy);
        command.Options.Add(epsilon);
        command.Validators.Add(result =>
        {
            if (result.GetResult(epsilon) is not null && result.GetResult(dtype) is null)
            {
                result.AddError("--epsilon limits what --dtype does, which is not given.");
            }
        });
        AddSameFormatTo(command);
    }

    /// <summary>Adds what makes sense where the output has the format of the source.</summary>
    public void AddSameFormatTo(Command command)
    {
        command.Options.Add(alone);
        command.Options.Add(origin);
        command.Options.Add(allowNonFinite);
        command.Options.Add(threads);
    }

    public ConversionOptions Read(ParseResult parsed) => new()
    {
        Scope = parsed.Scope(alone),
        Quantized = parsed.GetValue(quantized) switch
        {
            null or "auto" => QuantizedMode.Auto,
            "blocks" => QuantizedMode.Blocks,
            "native" => QuantizedMode.Native,
            string other => throw new InvalidOperationException(other),
        },
        Naming = parsed.GetValue(naming) switch
        {
            null or "native" => NamingMode.Native,
            "verbatim" => NamingMode.Verbatim,
            string other => throw new InvalidOperationException(other),
        },
        Origin = parsed.GetRequiredValue(origin) switch
        {
            "embed" => OriginMode.Embed,
            "none" => OriginMode.None,
            string other => throw new InvalidOperationException(other),
        },
        Dtype = parsed.GetValue(dtype) switch
        {
            null => null,
            "bf16" => TensorType.BF16,
            "f16" => TensorType.F16,
            string other => throw new InvalidOperationException(other),
        },
        Loss = parsed.GetValue(allowLossy) ? LossPolicy.Allow : LossPolicy.Refuse,
        Epsilon = parsed.GetValue(epsilon),
        NonFinite = parsed.GetValue(allowNonFinite) ? NonFinitePolicy.Allow : NonFinitePolicy.Refuse,
        Threads = parsed.GetValue(threads),
    };
}
