using System.Net;
using System.Text;
using ModelPack.Qa.Engines;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Gates;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>Engines are programs of somebody else: they hang, die, talk without end or say what nobody understands.</summary>
[TestClass]
public sealed class EngineTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [TestMethod]
    [DataRow("sh -c \"kill -9 $$\"", "ended with 137")]
    [DataRow("sh -c \"echo why >&2; exit 3\"", "ended with 3: why")]
    [DataRow("sh -c \"while :; do echo again and again; done\"", "says more than 1048576 bytes")]
    [DataRow("printf \\377", "not UTF-8")]
    [DataRow("/no/such/engine {model}", "cannot be started")]
    [DataRow("", "its command line is empty")]
    [DataRow("\"\" {model}", "its command line is empty")]
    public void A_program_that_gives_no_answer_is_an_error_that_says_why(string engine, string message) =>
        Assert.Contains(message, Failure(() => new Engine(engine, Long).Answer("m.gguf", "x", 1, CancellationToken.None)).Detail);

    [TestMethod]
    [DataRow("no JSON", 200, "127.0.0.1")]
    [DataRow("[]", 200, "answered 200: []")]
    [DataRow("\"text\"", 200, "answered 200")]
    [DataRow("{\"text\": 1}", 200, "answered 200")]
    [DataRow("{\"text\": \"x\"}", 500, "answered 500")]
    [DataRow("{\"text\": \"\\ud800\"}", 200, "127.0.0.1")]
    [DataRow("LONG", 200, "127.0.0.1")]
    public void A_server_that_gives_no_answer_is_an_error_that_says_why(string answer, int status, string message)
    {
        using AnsweringServer server = new(status, answer == "LONG" ? $"{{\"text\": \"{new string('x', 2 << 20)}\"}}" : answer);
        ModelPackException failure = Failure(() => new Engine(server.Address, Long).Answer("m.gguf", "x", 1, CancellationToken.None));
        Assert.Contains(message, failure.Detail);
        Assert.IsLessThan(600, failure.Detail.Length);
    }

    [TestMethod]
    public void A_server_answers_with_a_text()
    {
        using AnsweringServer server = new(200, "{\"text\": \"four\"}");
        Assert.AreEqual("four", new Engine(server.Address, Long).Answer("m.gguf", "2+2", 7, CancellationToken.None));
        Assert.Contains("\"prompt\":\"2+2\",\"n\":7,\"temperature\":0", server.Question!);
    }

    [TestMethod]
    public void Whoever_takes_too_long_is_late_whether_a_server_or_a_program()
    {
        using AnsweringServer server = new(200, null);
        using TestFolder folder = new();
        string alive = folder.Write("alive", []);
        foreach (string engine in new[]
        {
            server.Address, $"sh -c \"while [ -e {alive} ]; do sleep 0.1; done\"",

            // The program ends; what it leaves behind keeps its output open.
            $"sh -c \"while [ -e {alive} ]; do sleep 0.1; done & exit 0\"",

            // It closes its output and stays.
            $"sh -c \"exec >&-; while [ -e {alive} ]; do sleep 0.1; done\"",
        })
        {
            ModelPackException failure = Failure(
                () => new Engine(engine, TimeSpan.FromMilliseconds(300)).Answer("m.gguf", "x", 1, CancellationToken.None));
            Assert.IsInstanceOfType<TimeoutException>(failure.GetBaseException(), engine);
            Assert.Contains("took more than 0.3 s", failure.Detail);
        }
    }

    [TestMethod]
    public void Placeholders_stand_within_words_and_a_prompt_holds_none()
    {
        Assert.AreEqual(
            "--model=m.gguf --prompt={model} 7",
            new Engine("echo --model={model} --prompt={prompt} {max_tokens}", Long).Answer("m.gguf", "{model}", 7, CancellationToken.None));
    }

    [TestMethod]
    public void A_crash_is_evidence_with_what_the_program_said()
    {
        string playbook = Path.Combine(RepositoryData.Repository, "tests", "data", "playbooks", "small-qwen2-quick.playbook.yaml");
        GateEvidence one = QaRun.Run(
            new(playbook, RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf"))
            {
                Runner = "sh -c \"echo out of memory >&2; exit 3\"",
            },
            null, CancellationToken.None).Single(one => one.Gate == "F-CONV-INFER-001");
        Assert.AreEqual(Outcome.Crashed, one.Outcome);
        Assert.Contains("out of memory", one.StandardError!);
    }

    private static ModelPackException Failure(Func<string> ask)
    {
        ModelPackException failure = Assert.ThrowsExactly<ModelPackException>(() => ask());
        Assert.AreEqual("MP7020", failure.Code.Id, failure.Message);
        return failure;
    }

    /// <summary>A server with one answer, or none.</summary>
    private sealed class AnsweringServer : IDisposable
    {
        private readonly HttpListener listener;
        private readonly Task loop;

        public AnsweringServer(int status, string? answer)
        {
            (listener, Address) = Listen();
            loop = Task.Run(() => Serve(status, answer));
        }

        public string Address { get; }

        public string? Question { get; private set; }

        public void Dispose()
        {
            listener.Abort();
            loop.Wait();
        }

        // Nobody gives a free port away for good: another process may take it first.
        private static (HttpListener, string) Listen()
        {
            for (int port = 21000 + (Environment.ProcessId % 20000); ; port++)
            {
                HttpListener listener = new();
                listener.Prefixes.Add($"http://127.0.0.1:{port}/");
                try
                {
                    listener.Start();
                    return (listener, $"http://127.0.0.1:{port}/");
                }
                catch (HttpListenerException) when (port < 60000)
                {
                    listener.Close();
                }
            }
        }

        private void Serve(int status, string? answer)
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = listener.GetContext();
                    using StreamReader reader = new(context.Request.InputStream);
                    Question = reader.ReadToEnd();
                    if (answer is not null)
                    {
                        context.Response.StatusCode = status;
                        context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(answer));
                        context.Response.Close();
                    }
                }
            }
            catch (Exception exception)
                when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
            {
                // It was stopped, or the client left.
            }
        }
    }
}
