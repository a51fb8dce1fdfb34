using System.Diagnostics;
using System.Text.Json;
using ModelPack.Qa.Engines;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>run</c>, <c>chat</c> and <c>rosetta compare-inference</c>: asked of the engine that was configured.</summary>
internal static class EngineWords
{
    private const int Preset = 32;

    private static readonly string[] Untold =
    [
        "used_gpu", "cached", "prompt_tokens", "completion_tokens", "finish_reason", "context_length", "generation_ms", "setup_ms",
    ];

    public static int Run(AprCall call)
    {
        string path = call.Model(0);
        EnsureGreedy(call);
        EnsureFormat(call);
        Engine engine = Of(call, "run");
        string prompt = call.Value("-p") ?? call.Value("--prompt")
            ?? (call.Positional.Count == 2 ? call.Positional[1] : throw new AprFailure(AprExit.Usage, "'run' needs a prompt (-p PROMPT)"));
        Answer answer = Ask(call, engine, path, prompt);

        // Neither the path nor the time: clients compare whole answers of two files.
        Tell(call, prompt, answer, ["Output:", .. answer.Text.Split('\n')]);
        return AprExit.Done;
    }

    public static int Chat(AprCall call)
    {
        string path = call.Model(0);
        EnsureGreedy(call);
        EnsureFormat(call);
        Engine engine = Of(call, "chat");
        string prompt = call.Console.Input.ReadToEnd().Trim();
        Answer answer = Ask(call, engine, path, prompt);
        Tell(call, prompt, answer, answer.Text.Split('\n'));
        return AprExit.Done;
    }

    public static int Compare(AprCall call)
    {
        (string first, string second) = (call.Model(0), call.Model(1));
        EnsureGreedy(call);
        _ = call.Number("--tolerance", 0);
        Engine engine = Of(call, "compare-inference");
        string prompt = call.Value("--prompt") ?? "2+2=";
        int tokens = call.Whole("--max-tokens", 5);
        string[] texts = [.. new[] { first, second }.Select(path => Ask(call, engine, path, prompt, tokens).Text)];
        bool passed = texts[0] == texts[1];
        if (passed && texts[0].Trim().Length == 0)
        {
            throw new AprFailure(AprExit.InferenceFailed, "the engine says nothing, so that nothing would be compared");
        }

        call.Answer(
            json =>
            {
                json.WriteString("model_a", first);
                json.WriteString("model_b", second);
                json.WriteString("prompt", prompt);
                json.WriteNumber("total_tokens", tokens);
                json.WriteNumber("mismatches", passed ? 0 : 1);
                json.WriteNumber("match_rate", passed ? 1 : 0);
                json.WriteString("text_a", texts[0]);
                json.WriteString("text_b", texts[1]);
                json.WriteBoolean("passed", passed);
            },
            () => [$"A: {texts[0]}", $"B: {texts[1]}", passed ? "PASSED" : "FAILED"]);
        return passed ? AprExit.Done : AprExit.ValidationFailed;
    }

    /// <summary><c>bench</c> and <c>profile</c>: an engine that is asked for a text tells nothing of its speed.</summary>
    public static int Speed(AprCall call)
    {
        string path = call.Model(0);
        throw new AprFailure(AprExit.NotAvailable, $"the speed of '{path}' is not available: an engine tells its text alone");
    }

    /// <summary>The engine that is configured.</summary>
    public static Engine Of(AprCall call, string word) =>
        (call.Value(EngineSetting.Option) ?? call.Console.Variable(EngineSetting.Variable)) is { Length: > 0 } setting
            ? new(setting)
            : throw new AprFailure(
                AprExit.NotAvailable,
                $"'{word}' is not available: ModelPack has no engine. Name one with {EngineSetting.Option} or {EngineSetting.Variable}");

    private static Answer Ask(AprCall call, Engine engine, string path, string prompt, int? tokens = null)
    {
        int most = tokens ?? call.Whole("-n", call.Whole("--max-tokens", Preset));
        using EngineModel model = EngineModel.Of(path, call.Cancellation);
        long start = Stopwatch.GetTimestamp();
        string text = engine.Answer(model.Path, prompt, most, call.Cancellation);
        return new(text, most, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    // An engine is asked for the likeliest tokens (qa-gates.md §4): what is drawn by chance cannot be compared.
    private static void EnsureGreedy(AprCall call)
    {
        if (call.Number("--temperature", 0) != 0)
        {
            throw new AprFailure(AprExit.NotImplemented, "--temperature: only 0 can be asked for; leave the option out");
        }
    }

    // apr writes subtitles too; what an engine says has no times.
    private static void EnsureFormat(AprCall call)
    {
        switch (call.Value("-f") ?? call.Value("--format"))
        {
            case null or "text":
                break;
            case "json":
                call.Set("--json");
                break;
            case string format:
                throw new AprFailure(AprExit.NotImplemented, $"--format {format} is not implemented: use text or json");
        }
    }

    private static void Tell(AprCall call, string prompt, Answer answer, IReadOnlyList<string> lines) =>
        call.Answer(json => Write(json, call, prompt, answer), () => lines);

    // What an engine does not tell is null (apr-rosetta.md §1.3 has the names).
    private static void Write(Utf8JsonWriter json, AprCall call, string prompt, Answer answer)
    {
        json.WriteString("model", call.Positional[0]);
        json.WriteString("prompt", prompt);
        json.WriteString("text", answer.Text);
        json.WriteNull("tokens");
        json.WriteNull("tokens_generated");
        json.WriteNumber("max_tokens", answer.MaxTokens);
        json.WriteNull("tok_per_sec");
        json.WriteNumber("inference_time_ms", Math.Round(answer.Milliseconds, 2));
        foreach (string name in Untold)
        {
            json.WriteNull(name);
        }

        json.WriteStartObject("backend");
        json.WriteString("requested", call.Has("--gpu") ? "gpu" : call.Has("--no-gpu") ? "cpu" : "auto");
        json.WriteString("ran", "external");
        json.WriteBoolean("fell_back", false);
        json.WriteEndObject();
    }

    private sealed record Answer(string Text, int MaxTokens, double Milliseconds);
}
