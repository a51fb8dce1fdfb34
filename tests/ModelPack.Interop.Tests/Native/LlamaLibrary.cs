using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Interop.Tests.Native;

/// <summary>llama.cpp itself, running on one of its CPU backends at a time.</summary>
internal sealed class LlamaLibrary
{
    /// <summary>The type of cached keys and values that costs no precision (ggml's F32).</summary>
    public const int SinglePrecision = 0;

    private const int HalfPrecision = 1;
    private const int FlashAttentionOff = 0;
    private const int NoPooling = 0;
    private const int ErrorLevel = 4;

    private readonly string folder;
    private readonly NativeExports ggml;
    private readonly NativeExports llama;
    private readonly GgufLibrary.LogCallback keepErrors;
    private readonly StringBuilder errors = new();

    private LlamaLibrary(string folder)
    {
        this.folder = folder;
        ggml = NativeExports.Load(Path.Combine(folder, "libggml.v0.5.0.so"));
        keepErrors = KeepErrors;
        llama = NativeExports.Load(Path.Combine(folder, "libllama.v0.5.0.so"));
        llama.Get<GgufLibrary.LogSetter>("llama_log_set")(keepErrors, 0);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint BackendLoader([MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int ScoreGetter();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate LlamaModelParameters ModelDefaults();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate LlamaContextParameters ContextDefaults();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint ModelLoader([MarshalAs(UnmanagedType.LPUTF8Str)] string path, LlamaModelParameters parameters);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint ContextMaker(nint model, LlamaContextParameters parameters);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint PointerOf(nint thing);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Releaser(nint thing);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int CountOf(nint thing);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Tokenizer(
        nint vocabulary, byte[] text, int bytes, int[] tokens, int capacity, [MarshalAs(UnmanagedType.U1)]
            bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate LlamaBatch BatchMaker(nint tokens, int count);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Decoder(nint context, LlamaBatch batch);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint OutputGetter(nint context, int index);

    public static LlamaLibrary Load(string folder) => new(folder);

    /// <summary>True if this processor can run the backend.</summary>
    public bool Supports(string backend) =>
        NativeExports.Load(BackendPath(backend)).Find<ScoreGetter>("ggml_backend_score") is not { } score || score() > 0;

    /// <summary>Runs the prompt and a greedy continuation on one thread without flash attention.</summary>
    /// <exception cref="InvalidOperationException">llama.cpp refuses the model.</exception>
    public LlamaRun Run(string modelPath, string backend, string prompt, int continuation, int cacheType = HalfPrecision) =>
        Load(modelPath, backend, cacheType, embeds: false, (model, context) => Run(model, context, prompt, continuation));

    /// <summary>The embedding of a text: pooled as the model says, or that of the last token.</summary>
    /// <exception cref="InvalidOperationException">llama.cpp refuses the model.</exception>
    public LlamaRun Embed(string modelPath, string backend, string prompt) =>
        Load(modelPath, backend, SinglePrecision, embeds: true, (model, context) =>
    {
        int[] tokens = Tokenize(llama.Get<PointerOf>("llama_model_get_vocab")(model), prompt);
        Decode(context, tokens);
        nint embedding = llama.Get<CountOf>("llama_pooling_type")(context) == NoPooling
            ? llama.Get<OutputGetter>("llama_get_embeddings_ith")(context, -1)
            : llama.Get<OutputGetter>("llama_get_embeddings_seq")(context, 0);
        return new(tokens, [Copy(embedding, llama.Get<CountOf>("llama_model_n_embd")(model))]);
    });

    /// <summary>The logits behind each of some tokens, which are decoded one by one.</summary>
    /// <exception cref="InvalidOperationException">llama.cpp refuses the model.</exception>
    public IReadOnlyList<float[]> Logits(string modelPath, string backend, IReadOnlyList<int> tokens) =>
        Load(modelPath, backend, SinglePrecision, embeds: false, (model, context) =>
    {
        int size = llama.Get<CountOf>("llama_vocab_n_tokens")(llama.Get<PointerOf>("llama_model_get_vocab")(model));
        List<float[]> logits = [];
        foreach (int token in tokens)
        {
            Decode(context, [token]);
            logits.Add(Copy(llama.Get<OutputGetter>("llama_get_logits_ith")(context, -1), size));
        }

        return new(tokens, logits);
    }).Results;

    private LlamaRun Load(string modelPath, string backend, int cacheType, bool embeds, Func<nint, nint, LlamaRun> run)
    {
        errors.Clear();
        nint registered = ggml.Get<BackendLoader>("ggml_backend_load")(BackendPath(backend));
        nint model = 0;
        nint context = 0;
        try
        {
            LlamaModelParameters parameters = llama.Get<ModelDefaults>("llama_model_default_params")();
            parameters.CheckTensors = 1;
            model = llama.Get<ModelLoader>("llama_model_load_from_file")(modelPath, parameters);
            context = model == 0 ? 0 : MakeContext(model, cacheType, embeds);
            return context != 0
                ? run(model, context)
                : throw new InvalidOperationException($"llama.cpp refuses {modelPath} on {backend}: {errors}");
        }
        finally
        {
            llama.Get<Releaser>("llama_free")(context);
            llama.Get<Releaser>("llama_model_free")(model);
            ggml.Get<Releaser>("ggml_backend_unload")(registered);
        }
    }

    private LlamaRun Run(nint model, nint context, string prompt, int continuation)
    {
        nint vocabulary = llama.Get<PointerOf>("llama_model_get_vocab")(model);
        int size = llama.Get<CountOf>("llama_vocab_n_tokens")(vocabulary);
        int[] tokens = Tokenize(vocabulary, prompt);
        int[] input = tokens;
        List<float[]> logits = [];
        for (int step = 0; step <= continuation; step++)
        {
            Decode(context, input);
            logits.Add(Copy(llama.Get<OutputGetter>("llama_get_logits_ith")(context, -1), size));
            input = [Array.IndexOf(logits[^1], logits[^1].Max())];
        }

        return new(tokens, logits);
    }

    private nint MakeContext(nint model, int cacheType, bool embeds)
    {
        LlamaContextParameters parameters = llama.Get<ContextDefaults>("llama_context_default_params")();
        parameters.Threads = 1;
        parameters.BatchThreads = 1;
        parameters.FlashAttention = FlashAttentionOff;
        parameters.KeyType = cacheType;
        parameters.ValueType = cacheType;
        parameters.Embeddings = (byte)(embeds ? 1 : 0);
        return llama.Get<ContextMaker>("llama_init_from_model")(model, parameters);
    }

    private int[] Tokenize(nint vocabulary, string prompt)
    {
        byte[] text = Encoding.UTF8.GetBytes(prompt);
        int[] tokens = new int[text.Length + 8];
        int count = llama.Get<Tokenizer>("llama_tokenize")(vocabulary, text, text.Length, tokens, tokens.Length, true, true);
        return tokens[..count];
    }

    private void Decode(nint context, int[] input)
    {
        int[] pinned = GC.AllocateArray<int>(input.Length, pinned: true);
        input.CopyTo(pinned, 0);
        LlamaBatch batch = llama.Get<BatchMaker>("llama_batch_get_one")(Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), pinned.Length);
        int result = llama.Get<Decoder>("llama_decode")(context, batch);
        GC.KeepAlive(pinned);
        if (result != 0)
        {
            throw new InvalidOperationException($"llama_decode returned {result}");
        }
    }

    private static float[] Copy(nint numbers, int count)
    {
        float[] copy = new float[count];
        Marshal.Copy(numbers, copy, 0, count);
        return copy;
    }

    private void KeepErrors(int level, nint text, nint userData)
    {
        if (level == ErrorLevel)
        {
            errors.Append(Marshal.PtrToStringUTF8(text));
        }
    }

    private string BackendPath(string backend) => Path.Combine(folder, $"libggml-cpu-{backend}.so");
}

/// <summary>What a model computed.</summary>
/// <param name="PromptTokens">The tokens of the prompt.</param>
/// <param name="Results">The logits behind the prompt and behind each token of the continuation, or the embedding of the prompt.</param>
internal sealed record LlamaRun(IReadOnlyList<int> PromptTokens, IReadOnlyList<float[]> Results);
