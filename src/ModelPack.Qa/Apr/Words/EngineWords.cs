using System.Text.Json;
using ModelPack.Qa.Engines;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>run</c>, <c>chat</c> and <c>rosetta compare-inference</c>: asked of the engine that was configured.</summary>
internal static class EngineWords
{
    private const int Preset = 32;

    public static int Run(AprCall call)
    {
        Engine engine = Of(call, "run");
        string prompt = call.Value("-p") ?? call.Value("--prompt")
            ?? (call.Positional.Count == 2 ? call.Positional[1] : throw new AprFailure(AprExit.Usage, "'run' needs a prompt (-p PROMPT)"));
        string text = Ask(call, engine, call.Model(0), prompt);

        // Neither the path nor the time: clients compare whole answers of two files.
        Tell(call, prompt, text, ["Output:", .. text.Split('\n')]);
        return AprExit.Done;
    }

    public static int Chat(AprCall call)
    {
        Engine engine = Of(call, "chat");
        string prompt = call.Console.Input.ReadToEnd().Trim();
        string text = Ask(call, engine, call.Model(0), prompt);
        Tell(call, prompt, text, text.Split('\n'));
        return AprExit.Done;
    }

    public static int Compare(AprCall call)
    {
        Engine engine = Of(call, "compare-inference");
        string prompt = call.Value("--prompt") ?? "2+2=";
        int tokens = call.Whole("--max-tokens", 5);
        (string first, string second) = (call.Model(0), call.Model(1));
        string[] texts = [.. new[] { first, second }.Select(path => Ask(call, engine, path, prompt, tokens))];
        bool passed = texts[0] == texts[1];
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

    private static string Ask(AprCall call, Engine engine, string path, string prompt, int? tokens = null)
    {
        int most = tokens ?? call.Whole("-n", call.Whole("--max-tokens", Preset));
        using EngineModel model = EngineModel.Of(path, call.Cancellation);
        return engine.Answer(model.Path, prompt, most, call.Cancellation);
    }

    private static void Tell(AprCall call, string prompt, string text, IReadOnlyList<string> lines) =>
        call.Answer(json => Write(json, call, prompt, text), () => lines);

    private static void Write(Utf8JsonWriter json, AprCall call, string prompt, string text)
    {
        json.WriteString("model", call.Positional[0]);
        json.WriteString("prompt", prompt);
        json.WriteString("text", text);
        json.WriteNumber("max_tokens", call.Whole("-n", call.Whole("--max-tokens", Preset)));
        json.WriteStartObject("backend");
        json.WriteString("requested", call.Has("--gpu") ? "gpu" : call.Has("--no-gpu") ? "cpu" : "auto");
        json.WriteString("ran", "external");
        json.WriteBoolean("fell_back", false);
        json.WriteEndObject();
    }
}
