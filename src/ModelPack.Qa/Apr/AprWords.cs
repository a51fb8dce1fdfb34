using ModelPack.Qa.Apr.Words;
using ModelPack.Qa.Engines;

namespace ModelPack.Qa.Apr;

/// <summary>The words of apr that are answered, with the options that they take (apr-rosetta.md §1.1).</summary>
internal static class AprWords
{
    private static readonly string[] Inference =
    [
        "-p", "--prompt", "-n", "--max-tokens", "--temperature", "--top-k", "--top-p", "--seed", "-f", "--format", "--port", "--host",
        "--trace-level", EngineSetting.Option,
    ];

    private static readonly string[] InferenceFlags = ["--no-gpu", "--gpu", "--benchmark", "--trace", "--chat", "--profile"];

    public static IReadOnlyList<AprWord> All { get; } =
    [
        new("rosetta inspect", 1, 1, InspectWords.Rosetta) { Flags = ["--hexdump"] },
        new("rosetta convert", 2, 2, ConvertWords.Rosetta)
        {
            Operands = "SOURCE TARGET", Values = ["--quantize", "--tokenizer"], Flags = ["--verify"],
        },
        new("rosetta chain", 3, int.MaxValue, ChainWord.Run) { Operands = "SOURCE FORMATS...", Values = ["--work-dir"] },
        new("rosetta verify", 1, 1, VerifyWord.Run) { Values = ["--intermediate", "--tolerance"] },
        new("rosetta compare-inference", 2, 2, EngineWords.Compare)
        {
            Values = ["--prompt", "--max-tokens", "--temperature", "--tolerance", EngineSetting.Option],
        },
        new("rosetta diff-tensors", 2, 2, DiffTensorsWord.Run) { Values = ["--show-values", "--filter"], Flags = ["--mismatches-only"] },
        new("rosetta fingerprint", 1, 2, FingerprintWord.Run) { Operands = "FILE [B]", Values = ["-o", "--output", "--filter"] },
        new("rosetta validate-stats", 1, 1, ValidateStatsWord.Run)
        {
            Values = ["--reference", "--fingerprints", "--threshold"], Flags = ["--strict"],
        },
        new("validate", 1, 1, ValidateWords.Validate) { Values = ["--min-score"], Flags = ["--quality", "--strict"] },
        new("check", 1, 1, ValidateWords.Check) { Flags = ["--no-gpu"] },
        new("inspect", 1, 1, InspectWords.Inspect)
        {
            Flags = ["--vocab", "--filters", "--weights", "--quality"], InvalidFile = AprExit.InvalidFormat,
        },
        new("tensors", 1, 1, InspectWords.Tensors)
        {
            Values = ["--filter", "--limit"], Flags = ["--stats"], InvalidFile = AprExit.InvalidFormat,
        },
        new("diff", 2, 2, DiffWord.Run)
        {
            Values = ["--filter", "--limit", "--threshold"],
            Flags = ["--weights", "--values", "--transpose-aware", "--quant-roundtrip", "--no-threshold"],
        },
        new("convert", 1, 1, ConvertWords.Convert) { Values = ["-o", "--output", "--quantize", "--compress"], Flags = ["-f", "--force"] },
        new("import", 1, 1, ConvertWords.Import)
        {
            Operands = "SOURCE",
            Values = ["-o", "--output", "--arch", "--quantize", "--tokenizer"],
            Flags = ["--strict", "--preserve-q4k", "--enforce-provenance", "--allow-no-config", "-f", "--force"],
        },
        new("export", 0, 1, ConvertWords.Export)
        {
            Operands = "[FILE]",
            Values = ["--format", "-o", "--output", "--quantize", "--batch"],
            Flags = ["--list-formats", "--plan", "-f", "--force"],
        },
        new("pull", 1, 1, PullWord.Run) { Operands = "ORG/NAME" },
        new("run", 1, 2, EngineWords.Run) { Operands = "FILE [PROMPT]", Values = Inference, Flags = InferenceFlags },
        new("chat", 1, 1, EngineWords.Chat) { Values = Inference, Flags = InferenceFlags },
        new("serve", 1, 2, ServeWord.Run) { Operands = "[run] FILE", Values = Inference, Flags = InferenceFlags },
        new("bench", 1, 1, EngineWords.Speed) { Values = [.. Inference, "--warmup", "--iterations"], Flags = InferenceFlags },
        new("profile", 1, 2, EngineWords.Speed)
        {
            Operands = "FILE [B]",
            Values = [
                .. Inference, "--warmup", "--measure", "--assert-throughput", "--assert-p99", "--assert-p50", "--compare",
                "--regression-threshold"],
            Flags = [.. InferenceFlags, "--ci", "--diff-benchmark"],
        },
    ];
}
