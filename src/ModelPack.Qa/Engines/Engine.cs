using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelPack.Diagnostics;

namespace ModelPack.Qa.Engines;

/// <summary>An external program that computes what a model says (qa-gates.md §4). ModelPack has none of its own.</summary>
/// <param name="setting">
/// The address of a server that takes <c>{"model", "prompt", "n", "temperature"}</c> and answers <c>{"text"}</c>, or a command line with
/// <c>{model}</c>, <c>{prompt}</c> and <c>{max_tokens}</c> that writes the text to its standard output.
/// </param>
/// <param name="limit">How long one answer may take.</param>
/// <param name="folder">The folder that a program is started in, and that its path is relative to; null takes the current one.</param>
internal sealed class Engine(string setting, TimeSpan? limit = null, string? folder = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

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
            using HttpClient client = new() { Timeout = limit };
            using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = new StringContent(body, Encoding.UTF8) };
            using HttpResponseMessage response = client.Send(request, cancellation);
            using StreamReader reader = new(response.Content.ReadAsStream(cancellation));
            string text = reader.ReadToEnd();
            using JsonDocument document = JsonDocument.Parse(text);
            return response.IsSuccessStatusCode && document.RootElement.TryGetProperty("text", out JsonElement answer)
                && answer.ValueKind == JsonValueKind.String
                ? answer.GetString()!
                : throw Failed($"{address} answered {(int)response.StatusCode}: {SafeText.Escape(text)}", null);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException
            || (exception is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Failed($"{address}: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private string Start(string gguf, string prompt, int maxTokens, CancellationToken cancellation)
    {
        string[] words = [
            .. Words(setting).Select(word => word switch
            {
                "{prompt}" => prompt,
                _ => word.Replace("{model}", gguf, StringComparison.Ordinal)
                    .Replace("{max_tokens}", maxTokens.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            })];
        if (words.Length == 0)
        {
            throw Failed("its command line is empty", null);
        }

        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(ProgramOf(words[0]), words[1..])
                {
                    WorkingDirectory = folder ?? "",
                    RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
                })!;
            process.StandardInput.Close();
            using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            late.CancelAfter(limit);
            using CancellationTokenRegistration stop = late.Token.Register(() => process.Kill(entireProcessTree: true));
            Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            return late.IsCancellationRequested
                ? throw Failed($"'{words[0]}' took more than {limit.TotalSeconds} s", new TimeoutException())
                : process.ExitCode == 0
                ? output.TrimEnd('\r', '\n')
                : throw Failed($"'{words[0]}' ended with {process.ExitCode}: {SafeText.Escape(error.Result.Trim())}", null);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw Failed($"'{words[0]}' cannot be started: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    // A process is found relative to the folder of its parent, whatever folder it is started in.
    private string ProgramOf(string word) =>
        folder is not null && Path.Combine(folder, word) is var own && File.Exists(own) ? own : word;

    private static ModelPackException Failed(string why, Exception? inner) =>
        new(QaErrors.EngineFailed, $"the engine failed: {why}", inner);
}
