using System.Net;
using System.Text;
using System.Text.Json;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Harness;

/// <summary>llama.cpp as an engine for <c>--runner</c>: takes {"model", "prompt", "n"} and answers {"text"}.</summary>
internal sealed class LlamaServer : IDisposable
{
    private const string Backend = "x64";

    private readonly LlamaLibrary llama = LlamaLibrary.Load(Reference.LlamaFolder);
    private readonly HttpListener listener;
    private readonly Task loop;

    public LlamaServer()
    {
        (listener, Address) = Listen();
        loop = Task.Run(Serve);
    }

    public string Address { get; }

    /// <summary>How often it was asked.</summary>
    public int Answers { get; private set; }

    public void Dispose()
    {
        listener.Stop();
        loop.Wait();
        listener.Close();
    }

    // Nobody gives a free port away for good: another process may take it first.
    public static (HttpListener Listener, string Address) Listen()
    {
        for (int port = 20000 + (Environment.ProcessId % 20000); ; port++)
        {
            HttpListener listener = new();
            string address = $"http://127.0.0.1:{port}/";
            listener.Prefixes.Add(address);
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (port < 60000)
            {
                listener.Close();
            }
        }
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                Answer(listener.GetContext());
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        using StreamReader reader = new(context.Request.InputStream, Encoding.UTF8);
        using JsonDocument request = JsonDocument.Parse(reader.ReadToEnd());
        string text;
        try
        {
            text = JsonSerializer.Serialize(new { text = Text(request.RootElement) });
        }
        catch (InvalidOperationException exception)
        {
            context.Response.StatusCode = 500;
            text = JsonSerializer.Serialize(new { error = exception.Message });
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength64 = bytes.Length;
        context.Response.OutputStream.Write(bytes);
        context.Response.Close();
    }

    private string Text(JsonElement request)
    {
        Answers++;
        string path = request.GetProperty("model").GetString()!;
        LlamaRun run = llama.Run(path, Backend, request.GetProperty("prompt").GetString()!, request.GetProperty("n").GetInt32() - 1);
        using Model model = Model.Open(path);
        string[] vocabulary = model.Metadata.GetStrings("tokenizer.ggml.tokens")!;
        return string.Join(' ', run.Results.Select(logits => vocabulary[Array.IndexOf(logits, logits.Max())]));
    }
}
