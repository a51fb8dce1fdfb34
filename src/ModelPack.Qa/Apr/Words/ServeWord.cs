using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ModelPack.Qa.Engines;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>serve FILE --port N</c>: GET /health, POST /generate {prompt, max_tokens}, until the process is asked to stop.</summary>
internal static class ServeWord
{
    private const int MaximumBody = 1 << 20;
    private const int Preset = 32;

    public static int Run(AprCall call)
    {
        // Newer versions of apr have the verb 'serve run FILE' (apr-rosetta.md §1.1).
        int at = call.Positional is ["run", _] ? 1 : 0;
        if (call.Positional.Count - at > 1)
        {
            throw new AprFailure(AprExit.Usage, $"unexpected argument '{call.Positional[1]}' found");
        }

        string path = call.Model(at);
        string host = call.Value("--host") ?? "127.0.0.1";
        int port = call.Whole("--port", call.Whole("-p", 8080)) is > 0 and <= ushort.MaxValue and var known
            ? known
            : throw new AprFailure(AprExit.Usage, "a port is a number from 1 to 65535");
        Engine engine = EngineWords.Of(call, "serve");
        using EngineModel model = EngineModel.Of(path, call.Cancellation);
        using HttpListener listener = new();
        foreach (string name in Names(host))
        {
            listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://{name}:{port}/"));
        }

        try
        {
            listener.Start();
        }
        catch (HttpListenerException exception)
        {
            throw new AprFailure(AprExit.InputOutput, $"port {port}: {exception.Message}");
        }

        using CancellationTokenRegistration stop = call.Cancellation.Register(listener.Stop);
        call.Console.Error.Write($"listening on http://{host}:{port}\n");
        while (!call.Cancellation.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = listener.GetContext();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                break;
            }

            try
            {
                Answer(context, engine, model.Path, call.Cancellation);
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException)
            {
                // A client that does not wait for its answer is no reason to stop.
                context.Response.Abort();
            }
        }

        return AprExit.Done;
    }

    // A listener answers to the names that it was given; clients call this machine by both.
    private static string[] Names(string host) => host switch
    {
        "127.0.0.1" or "localhost" => ["127.0.0.1", "localhost"],
        "0.0.0.0" or "::" => ["*"],
        _ => [host],
    };

    private static void Answer(HttpListenerContext context, Engine engine, string gguf, CancellationToken cancellation)
    {
        (int status, string body) = (context.Request.HttpMethod, context.Request.Url?.AbsolutePath) switch
        {
            ("GET", "/health") => (200, JsonLine.Of(json => json.WriteString("status", "healthy"))),
            ("POST", "/generate" or "/v1/completions") => Generate(context.Request, engine, gguf, cancellation),
            _ => (404, JsonLine.Of(json => json.WriteString("error", "not found"))),
        };
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength64 = bytes.Length;
        context.Response.OutputStream.Write(bytes);
        context.Response.Close();
    }

    private static (int Status, string Body) Generate(
        HttpListenerRequest request, Engine engine, string gguf, CancellationToken cancellation)
    {
        try
        {
            if (request.ContentLength64 is < 0 or > MaximumBody)
            {
                return (413, JsonLine.Of(json => json.WriteString("error", "the body has no length, or is too long")));
            }

            using StreamReader reader = new(request.InputStream, Encoding.UTF8);
            using JsonDocument document = JsonDocument.Parse(reader.ReadToEnd());
            string prompt = document.RootElement.GetProperty("prompt").GetString() ?? "";
            int tokens = document.RootElement.TryGetProperty("max_tokens", out JsonElement most) ? most.GetInt32() : Preset;
            string text = engine.Answer(gguf, prompt, tokens, cancellation);
            return (200, JsonLine.Of(json =>
            {
                json.WriteString("text", text);
                json.WriteStartArray("choices");
                json.WriteStartObject();
                json.WriteString("text", text);
                json.WriteEndObject();
                json.WriteEndArray();
            }));
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (400, JsonLine.Of(json => json.WriteString("error", exception.Message)));
        }
        catch (ModelPackException exception)
        {
            return (500, JsonLine.Of(json => json.WriteString("error", exception.Message)));
        }
    }
}
