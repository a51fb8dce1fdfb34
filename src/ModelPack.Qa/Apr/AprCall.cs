using System.Globalization;
using System.Text.Json;
using ModelPack.Diagnostics;

namespace ModelPack.Qa.Apr;

/// <summary>One call: what follows the word, and where the answer goes.</summary>
internal sealed class AprCall(AprConsole console, CancellationToken cancellation)
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> flags = new(StringComparer.Ordinal);
    private readonly List<string> positional = [];

    public AprConsole Console => console;

    public CancellationToken Cancellation => cancellation;

    public IReadOnlyList<string> Positional => positional;

    public bool IsJson => flags.Contains("--json");

    public string? Value(string name) => values.GetValueOrDefault(name);

    public bool Has(string flag) => flags.Contains(flag);

    public void Set(string name, string value) => values[name] = value;

    public void Set(string flag) => flags.Add(flag);

    public void Add(string argument) => positional.Add(argument);

    public int Whole(string name, int preset) =>
        Value(name) is not { } text ? preset
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw new AprFailure(AprExit.Usage, $"invalid value '{text}' for '{name}': not a whole number");

    public double Number(string name, double preset) =>
        Value(name) is not { } text ? preset
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
        : throw new AprFailure(AprExit.Usage, $"invalid value '{text}' for '{name}': not a number");

    /// <summary>A model that has to be there.</summary>
    public string Model(int index)
    {
        string path = positional[index];
        return File.Exists(path) || Directory.Exists(path)
            ? path
            : throw new AprFailure(AprExit.NotFound, $"File not found: {path}");
    }

    /// <summary>Compares names, shapes, types and bits of two opened models.</summary>
    public VerificationReport Compare(Model first, Model second) =>
        ModelVerifier.Verify(first.File, second.File, ProofLevel.L1, null, cancellation);

    /// <summary>Writes the answer: one line of JSON (clients look for <c>"passed":true</c> without a space, qa-gates.md §5), or
    /// text.</summary>
    public void Answer(Action<Utf8JsonWriter> json, Func<IEnumerable<string>> text)
    {
        if (IsJson)
        {
            console.Output.Write(JsonLine.Of(json) + "\n");
        }
        else
        {
            foreach (string line in text())
            {
                console.Output.Write(SafeText.Escape(line) + "\n");
            }
        }

        console.Output.Flush();
    }
}
