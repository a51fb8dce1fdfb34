using System.Globalization;
using ModelPack.Conversion;
using ModelPack.Formats;
using ModelPack.IO.Json;
using ModelPack.Models;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>rosetta convert</c>, <c>convert</c>, <c>import</c> and <c>export</c>: one proved conversion under four names.</summary>
internal static class ConvertWords
{
    private static readonly string[] Words16 = ["fp16", "f16"];
    private static readonly string[] WordsBlocks = ["int8", "q8_0", "int4", "q4_k", "q4_k_m", "q6_k", "q4k"];

    public static int Rosetta(AprCall call)
    {
        (string source, string target) = (call.Model(0), call.Positional[1]);
        Refuse(call, "--tokenizer");
        (ModelFormat to, ConversionOptions options) = (FormatOf(target), Options(call));
        if (OutputFile.IsSame(source, target))
        {
            return options.Dtype is null ? Same(call, source)
                : throw new AprFailure(AprExit.ValidationFailed, $"--quantize changes '{source}': name another target");
        }

        Certificate certificate = Convert(call, source, target, to, options with { Existing = ExistingTarget.Replace });
        call.Answer(
            json =>
            {
                json.WriteString("path", PathOf(certificate));
                foreach ((string side, ModelFormat format, int count) in Sides(certificate))
                {
                    json.WriteStartObject(side);
                    json.WriteString("format", InspectWords.Name(format));
                    json.WriteNumber("tensors", count);
                    json.WriteEndObject();
                }

                json.WriteString("level", certificate.Level.ToString());
            },
            () =>
            [
                $"Path: {PathOf(certificate)}",
                $"Tensors: {SourceCount(certificate)} -> {certificate.Tensors.Length}",
                $"Conversion successful ({certificate.Level} proved)",
            ]);
        return AprExit.Done;
    }

    public static int Convert(AprCall call)
    {
        Refuse(call, "--compress", "none");
        (string source, string output) = (call.Model(0), Output(call));
        Certificate certificate = Convert(call, source, output, FormatOf(output), Options(call) with { Existing = Existing(call) });
        (long before, long after) = (certificate.Source.Bytes, certificate.Output.Bytes);
        call.Answer(
            json =>
            {
                json.WriteString("status", "success");
                json.WriteString("input", source);
                json.WriteString("output", output);
                json.WriteNumber("original_size", before);
                json.WriteNumber("converted_size", after);
                json.WriteNumber("tensor_count", certificate.Tensors.Length);
                json.Number("reduction_ratio", after == 0 ? null : (double)before / after);
                json.WriteString(
                    "reduction_percent",
                    string.Create(CultureInfo.InvariantCulture, $"{(before == 0 ? 0 : 100.0 * (before - after) / before):F1}%"));
                json.WriteString("quantization", call.Value("--quantize"));
                json.WriteNull("compression");
            },
            () => [$"{source} -> {output}: {certificate.Level} proved"]);
        return AprExit.Done;
    }

    public static int Import(AprCall call)
    {
        Refuse(call, "--tokenizer");
        if (call.Has("--enforce-provenance"))
        {
            throw new AprFailure(AprExit.NotImplemented, "--enforce-provenance is not implemented; 'verify-signature' checks who signed");
        }

        (string source, string output) = (Local(call, call.Positional[0]), Output(call));
        EnsureArchitecture(call.Value("--arch"), source);
        (ValidationReport report, IReadOnlyList<string> findings) = ValidateWords.Look(call, source);
        if (call.Has("--strict") && findings is [var first, ..])
        {
            throw new AprFailure(AprExit.ValidationFailed, $"--strict: {first}");
        }

        Certificate certificate = Convert(call, source, output, ModelFormat.Apr, Options(call) with { Existing = ExistingTarget.Replace });
        bool runs = certificate.Meaning == Meaning.Runs;
        call.Answer(
            json =>
            {
                json.WriteString("source", source);
                json.WriteString("output", output);
                json.WriteString("architecture", call.Value("--arch") ?? "Auto");
                json.WriteString("validation", call.Has("--strict") ? "Strict" : "Basic");
                json.WriteString("quantize", call.Value("--quantize"));
                json.WriteNumber("score", report.IsValid ? 100 : 0);
                json.WriteString("grade", report.IsValid ? "A+" : "F");
                json.WriteString("status", runs && report.IsValid ? "ok" : "warnings");
                json.WriteStrings("warnings", findings.Concat(certificate.MeaningReasons));
            },
            () => [$"{source} -> {output}: {certificate.Level} proved", .. findings, .. certificate.MeaningReasons]);
        return AprExit.Done;
    }

    public static int Export(AprCall call)
    {
        if (call.Has("--list-formats"))
        {
            call.Answer(json => json.WriteStrings("formats", ["safetensors", "gguf", "apr"]), () => ["safetensors", "gguf", "apr"]);
            return AprExit.Done;
        }

        Refuse(call, "--batch");
        string source = call.Positional.Count == 1 ? call.Model(0) : throw new AprFailure(AprExit.Usage, "'export' needs a file");
        ModelFormat to = Word(call.Value("--format") ?? "safetensors");
        if (call.Has("--plan"))
        {
            return Plan(call, source, to);
        }

        string output = Output(call);
        Certificate certificate = Convert(call, source, output, to, Options(call) with { Existing = Existing(call) });
        call.Answer(
            json =>
            {
                json.WriteString("status", "success");
                json.WriteNumber("original_size", certificate.Source.Bytes);
                json.WriteNumber("exported_size", certificate.Output.Bytes);
                json.WriteNumber("tensor_count", certificate.Tensors.Length);
                json.WriteString("format", to.Extension());
                json.WriteString("quantization", call.Value("--quantize"));
            },
            () => [$"{source} -> {output}: {certificate.Level} proved"]);
        return AprExit.Done;
    }

    /// <summary>The format of a word on the command line.</summary>
    public static ModelFormat Word(string word) =>
        word == "st" ? ModelFormat.SafeTensors
        : ModelFormatNames.TryParse(word, out ModelFormat format) ? format
        : throw new AprFailure(AprExit.ValidationFailed, $"Unknown format '{word}': use gguf, safetensors or apr");

    /// <summary>The format that the ending of a target names.</summary>
    public static ModelFormat FormatOf(string target) =>
        Directory.Exists(target) ? throw new AprFailure(AprExit.ValidationFailed, $"'{target}' is a folder: name a file")
        : FormatEnding.FormatOf(target)
            ?? throw new AprFailure(AprExit.ValidationFailed, $"Unknown target ending of '{target}': use .gguf, .safetensors or .apr");

    /// <summary>Converts, and makes the folder of the target first.</summary>
    public static Certificate Convert(AprCall call, string source, string target, ModelFormat to, ConversionOptions options)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(target)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        // apr's words name a file, also where the source was made from a folder.
        return ModelConverter.Convert(
            source, target, to, options with { Form = TargetForm.OneFile }, cancellation: call.Cancellation);
    }

    private static int Same(AprCall call, string source)
    {
        using ModelFile file = ModelFiles.Open(source);
        int count = file.Tensors.Count;
        string name = InspectWords.Name(file.Format);
        call.Answer(
            json =>
            {
                json.WriteString("path", $"{name} → {name}");
                foreach (string side in new[] { "source", "target" })
                {
                    json.WriteStartObject(side);
                    json.WriteString("format", name);
                    json.WriteNumber("tensors", count);
                    json.WriteEndObject();
                }
            },
            () => [$"Path: {name} → {name}", $"Tensors: {count} -> {count}", "Nothing was converted: source and target are one file"]);
        return AprExit.Done;
    }

    private static int Plan(AprCall call, string source, ModelFormat to)
    {
        string output = call.Value("-o") ?? call.Value("--output") ?? $"{source}.{to.Extension()}";
        ConversionPreview plan = ModelConverter.Plan(source, output, to, Options(call) with { Existing = ExistingTarget.Replace });
        call.Answer(
            json =>
            {
                json.WriteBoolean("plan", true);
                json.WriteString("status", "valid");
                json.WriteString("input", source);
                json.WriteNumber("input_size", plan.SourceBytes);
                json.WriteString("output", output);
                json.WriteNumber("output_size", plan.OutputBytes);
                json.WriteString("format", to.Extension());
                json.WriteString("quantization", call.Value("--quantize"));
            },
            () => [$"{source} -> {output}: {plan.OutputBytes} bytes"]);
        return AprExit.Done;
    }

    private static IEnumerable<(string Side, ModelFormat Format, int Count)> Sides(Certificate certificate) =>
    [
        ("source", certificate.Source.Format, SourceCount(certificate)), ("target", certificate.Output.Format, certificate.Tensors.Length),
    ];

    private static int SourceCount(Certificate certificate) =>
        certificate.Tensors.Select(tensor => tensor.SourceName).Distinct(StringComparer.Ordinal).Count();

    private static string PathOf(Certificate certificate) =>
        $"{InspectWords.Name(certificate.Source.Format)} → {InspectWords.Name(certificate.Output.Format)}";

    private static ExistingTarget Existing(AprCall call) =>
        call.Has("-f") || call.Has("--force") ? ExistingTarget.Replace : ExistingTarget.Refuse;

    private static string Output(AprCall call) =>
        call.Value("-o") ?? call.Value("--output") ?? throw new AprFailure(AprExit.Usage, "a value is required for '--output <FILE>'");

    private static string Local(AprCall call, string source) =>
        source.Contains("://", StringComparison.Ordinal)
            ? throw new AprFailure(AprExit.Network, $"'{source}' is remote; nothing is fetched here. Give a local file or folder")
            : call.Model(0);

    // A narrower float is a loss that is measured and kept reversible; new blocks would be other values, and are never made.
    private static ConversionOptions Options(AprCall call) => call.Value("--quantize") switch
    {
        null => new(),
        string word when Words16.Contains(word) => new() { Dtype = TensorType.F16, Loss = LossPolicy.Allow },
        string word when WordsBlocks.Contains(word) => throw new AprFailure(
            AprExit.NotImplemented, $"--quantize {word}: ModelPack carries values and never quantizes anew; leave the option out"),
        string word => throw new AprFailure(AprExit.ValidationFailed, $"Unknown quantization '{word}'"),
    };

    // apr reads the model as what it is told that it is; here a model says itself what it is.
    private static void EnsureArchitecture(string? wanted, string source)
    {
        if (wanted is null || wanted.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        using ModelFile file = ModelFiles.Open(source);
        if (!wanted.Equals(file.Architecture, StringComparison.OrdinalIgnoreCase))
        {
            throw new AprFailure(
                AprExit.NotImplemented,
                $"--arch {wanted}: the model says that it is '{file.Architecture ?? "unknown"}', and is not read as another; leave it out");
        }
    }

    private static void Refuse(AprCall call, string option, string? harmless = null)
    {
        if (call.Value(option) is { } value && value != harmless)
        {
            throw new AprFailure(AprExit.NotImplemented, $"{option} is not implemented; leave it out");
        }
    }
}
