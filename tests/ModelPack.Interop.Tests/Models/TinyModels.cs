using ModelPack.Interop.Tests.Models.Architectures;

namespace ModelPack.Interop.Tests.Models;

/// <summary>All small models.</summary>
internal static class TinyModels
{
    private static readonly Func<TensorType, TinyModel>[] Makers =
    [
        type => new LlamaModel(type),
        type => new Llama3Model(type),
        type => new MistralModel(type),
        type => new MixtralModel(type),
        type => new Qwen2Model(type),
        type => new Qwen3Model(type),
        type => new Qwen2MoeModel(type),
        type => new Qwen3MoeModel(type),
        type => new GemmaModel(type),
        type => new Gemma2Model(type),
        type => new Gemma3Model(type),
        type => new Phi3Model(type),
        type => new LongRopePhi3Model(type, "phi3-long", 16, isLong: true),
        type => new LongRopePhi3Model(type, "phi3-short", 1024, isLong: false),
        type => new GraniteModel(type),
        type => new Olmo2Model(type),
        type => new Olmo3Model(type),
        type => new YarnOlmo3Model(type),
        type => new StableLmModel(type),
        type => new ParallelStableLmModel(type),
        type => new Starcoder2Model(type),
        type => new Phi2Model(type),
        type => new Gpt2Model(type),
        type => new GptNeoxModel(type),
        type => new GptNeoxModel(type, "gptneox-sequential", isParallel: false, theta: 1000),
        type => new StarcoderModel(type),
        type => new FalconModel(type),
        type => new DeepseekModel(type),
        type => new LiteDeepseekModel(type),
        type => new YarnDeepseekModel(type),
        type => new Deepseek3Model(type),
        type => new BertModel(type),
        type => new BertModel("bert-unpooled", type, Pooling.None),
        type => new NomicBertModel(type),
    ];

    public static IReadOnlyList<TinyModel> All { get; } =
        [.. from make in Makers from type in (TensorType[])[TensorType.F32, TensorType.BF16] select make(type)];

    public static IEnumerable<string> Labels => All.Select(model => model.Label);

    public static TinyModel Get(string label) => All.Single(model => model.Label == label);
}
