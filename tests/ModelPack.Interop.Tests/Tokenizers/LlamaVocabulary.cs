using System.Runtime.InteropServices;
using System.Text;
using ModelPack.Formats.Gguf;
using ModelPack.Interop.Tests.Models;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>llama.cpp, which needs nothing of a GGUF but its metadata in order to tokenize.</summary>
internal sealed class LlamaVocabulary : IDisposable
{
    private static readonly Lazy<NativeExports> Library = new(Load);

    private readonly nint model;
    private readonly nint vocabulary;
    private readonly Tokenizer tokenize;

    public LlamaVocabulary(string path)
    {
        LlamaModelParameters parameters = Library.Value.Get<ModelDefaults>("llama_model_default_params")();
        parameters.VocabularyOnly = 1;
        using (new SilentStandardError())
        {
            model = Library.Value.Get<ModelLoader>("llama_model_load_from_file")(path, parameters);
        }

        vocabulary = model != 0
            ? Library.Value.Get<PointerOf>("llama_model_get_vocab")(model)
            : throw new InvalidOperationException($"llama.cpp refuses the vocabulary of {path}");
        tokenize = Library.Value.Get<Tokenizer>("llama_tokenize");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate LlamaModelParameters ModelDefaults();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint ModelLoader([MarshalAs(UnmanagedType.LPUTF8Str)] string path, LlamaModelParameters parameters);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint PointerOf(nint thing);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Releaser(nint thing);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Tokenizer(
        nint vocabulary, byte[] text, int bytes, int[] tokens, int capacity, [MarshalAs(UnmanagedType.U1)]
            bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    /// <summary>A GGUF that holds a tokenizer and no tensor.</summary>
    public static string WriteGguf(IEnumerable<MetadataEntry> tokenizer)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{Guid.NewGuid():N}.vocabulary.gguf");
        GgufModel layout = new() { Metadata = [new("general.architecture", GgufValue.FromString("llama")), .. tokenizer], Tensors = [] };
        PlanWriter.Write(GgufWriter.Plan(layout), [], path);
        return path;
    }

    public int[] Encode(string text, bool addSpecial, bool parseSpecial)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int[] tokens = new int[(2 * bytes.Length) + 8];
        int count = tokenize(vocabulary, bytes, bytes.Length, tokens, tokens.Length, addSpecial, parseSpecial);
        return tokens[..count];
    }

    public void Dispose() => Library.Value.Get<Releaser>("llama_model_free")(model);

    private static NativeExports Load() => NativeExports.Load(Path.Combine(Reference.LlamaFolder, "libllama.v0.5.0.so"));
}
