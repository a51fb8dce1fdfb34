using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModelPack.Diagnostics;

namespace ModelPack.Qa.Engines;

/// <summary>An external program that computes what a model says (qa-gates.md §4). ModelPack has none of its own.</summary>
/// <param name="setting">
/// The address of a server that takes <c>{"model", "prompt", "n", "temperature"}</c> and answers <c>{"text"}</c>, or a command line with
/// <c>{model}</c>, <c>{prompt}</c> and <c>{max_tokens}</c> that writes the text to its standard output.
/// </param>
/// <param name="limit">How long one answer may take.</param>
/// <param name="folder">The folder that a program is started in, and that its path is relative to; null takes the current one.</param>
internal sealed partial class Engine(string setting, TimeSpan? limit = null, string? folder = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // Answers are compared byte for byte: replacement characters would make two of them one.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly TimeSpan limit = limit ?? Patience;

    /// <summary>What the model says, decoded greedily.</summary>
    /// <param name="gguf">A GGUF file.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="maxTokens">At most so many tokens.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelPackException">The engine failed.</exception>
    public string Answer(string gguf, string prompt, int maxTokens, CancellationToken cancellation) =>
        Uri.TryCreate(setting, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? Ask(new Uri(setting), gguf, prompt, maxTokens, cancellation)
            : Start(gguf, prompt, maxTokens, cancellation);

    /// <summary>The words of a command line: double quotes keep spaces together.</summary>
    public static IReadOnlyList<string> Words(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool isQuoted = false;
        bool hasWord = false;
        foreach (char letter in line)
        {
            if (letter == '"')
            {
                (isQuoted, hasWord) = (!isQuoted, true);
            }
            else if (letter == ' ' && !isQuoted)
            {
                Take();
            }
            else
            {
                word.Append(letter);
                hasWord = true;
            }
        }

        Take();
        return words;

        void Take()
        {
            if (hasWord)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            hasWord = false;
        }
    }

    private string Ask(Uri address, string gguf, string prompt, int maxTokens, CancellationToken cancellation)
    {
        string body = JsonLine.Of(json =>
        {
            json.WriteString("model", Path.GetFullPath(gguf));
            json.WriteString("prompt", prompt);
            json.WriteNumber("n", maxTokens);
            json.WriteNumber("temperature", 0);
        });
        try
        {
            using SocketsHttpHandler handler = new() { UseProxy = !address.IsLoopback };
            using HttpClient client = new(handler) { Timeout = limit, MaxResponseContentBufferSize = EngineProcess.MaximumBytes };
            using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = new StringContent(body, Encoding.UTF8) };
            using HttpResponseMessage response = client.Send(request, cancellation);
            using StreamReader reader = new(response.Content.ReadAsStream(cancellation));
            string text = reader.ReadToEnd();
            using JsonDocument document = JsonDocument.Parse(text);
            return response.IsSuccessStatusCode && document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("text", out JsonElement answer) && answer.ValueKind == JsonValueKind.String
                ? answer.GetString()!
                : throw Failed($"{address} answered {(int)response.StatusCode}: {SafeText.Shorten(text)}", null);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw TooLate(address.ToString());
        }
        catch (Exception exception)
            when (exception is HttpRequestException or JsonException or IOException or InvalidOperationException)
        {
            throw Failed($"{address}: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private string Start(string gguf, string prompt, int maxTokens, CancellationToken cancellation)
    {
        string[] words = [
            .. Words(setting).Select(word => Placeholder().Replace(word, found => found.Value switch
            {
                "{prompt}" => prompt,
                "{model}" => gguf,
                _ => maxTokens.ToString(CultureInfo.InvariantCulture),
            }))];
        if (words is [] or ["", ..])
        {
            throw Failed("its command line is empty", null);
        }

        ProcessStartInfo start = new(ProgramOf(words[0]), words[1..]) { WorkingDirectory = folder ?? "" };
        try
        {
            (int exitCode, byte[] output, string error) = EngineProcess.Run(start, limit, cancellation);
            return exitCode == 0
                ? StrictUtf8.GetString(output).TrimEnd('\r', '\n')
                : throw Failed($"'{words[0]}' ended with {exitCode}: {error.Trim()}", null);
        }
        catch (TimeoutException)
        {
            throw TooLate($"'{words[0]}'");
        }
        catch (DecoderFallbackException exception)
        {
            throw Failed($"what '{words[0]}' says is not UTF-8", exception);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException)
        {
            throw Failed($"'{words[0]}' cannot be started: {exception.Message.TrimEnd('.')}", exception);
        }
        catch (InvalidDataException exception)
        {
            throw Failed($"'{words[0]}' {exception.Message}", exception);
        }
    }

    // A process is found relative to the folder of its parent, whatever folder it is started in.
    private string ProgramOf(string word) =>
        folder is not null && Path.Combine(folder, word) is var own && File.Exists(own) ? own : word;

    // In one pass: what stands in a prompt is no placeholder.
    [GeneratedRegex(@"\{(?:model|prompt|max_tokens)\}")]
    private static partial Regex Placeholder();

    private ModelPackException TooLate(string who) =>
        Failed(string.Create(CultureInfo.InvariantCulture, $"{who} took more than {limit.TotalSeconds} s"), new TimeoutException());

    private static ModelPackException Failed(string why, Exception? inner) =>
        new(QaErrors.EngineFailed, $"the engine failed: {why}", inner);
}
