using System.Buffers;
using System.Text;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.Diagnostics.Logs;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Output.Json;

namespace ModelPack.Tool.Output;

/// <summary>How a verb answers on standard output.</summary>
internal enum OutputMode
{
    /// <summary>Text for people.</summary>
    Text,

    /// <summary>Exactly one JSON document.</summary>
    Json,
}

/// <summary>Standard output and standard error of one run. Reports go to the first, messages and progress to the second.</summary>
internal sealed class ToolConsole(Func<Stream> openOutput, TextWriter output, TextWriter error)
{
    public static ToolConsole Process() =>
        new(Console.OpenStandardOutput, Console.Out, Console.Error)
        {
            Service = Annotation.CurrentService(),
            Screen = Screen.Of(Console.IsOutputRedirected),
            ErrorScreen = Screen.Of(Console.IsErrorRedirected),
        };

    /// <summary>Who reads the log.</summary>
    public LogService Service { get; init; }

    /// <summary>How reports for people are shown.</summary>
    public Screen Screen { get; set; } = Screen.None;

    /// <summary>How messages are shown.</summary>
    public Screen ErrorScreen { get; init; } = Screen.None;

    public TextWriter Output => output;

    public TextWriter Error => error;

    /// <summary>Writes a line to standard error.</summary>
    public void Message(string text) => Tell(SafeText.Escape(text));

    /// <summary>Writes a failure in the form that builds and editors recognise; what came from files in it is escaped already.</summary>
    public void Message(Failure failure)
    {
        Tell(Service == LogService.GitHubActions ? Annotation.Matched(failure) : failure.Canonical);
        if (Annotation.Of(failure, Service) is { } annotation)
        {
            error.WriteLine(annotation);
        }
    }

    /// <summary>Writes a warning in the form that builds and editors recognise; what came from files in it is escaped, the word itself is
    /// not.</summary>
    public void Warn(ModelPackException warning) => Tell(
        $"{SafeText.Escape($"{warning.FilePath ?? "modelpack"}:")} warning {warning.Code.Id}: {warning.Describe()}");

    /// <summary>Writes a finished text to standard output.</summary>
    public void Text(string text, Verdict verdict = Verdict.None)
    {
        output.Write(Screen.Show(text, verdict));
        output.Flush();
    }

    /// <summary>Writes lines that programs read, and people copy: no terminal breaks them.</summary>
    public void Lines(string text)
    {
        output.Write(text);
        output.Flush();
    }

    /// <summary>Composes a document and writes it in one piece, so that a failure on the way leaves standard output empty.</summary>
    public void Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            write(writer);
            writer.WriteEndObject();
        }

        using Stream stream = openOutput();
        stream.Write(Encoding.UTF8.GetBytes(JsonForLogs.Escape(Encoding.UTF8.GetString(buffer.WrittenSpan))));
        stream.Write("\n"u8);
        stream.Flush();
    }

    // A program that reads the log finds each message in one line.
    private void Tell(string line) => error.WriteLine(Service == LogService.None ? ErrorScreen.Fold(line) : line);
}
