namespace ModelPack.Architectures.Names;

/// <summary>Which tensors the converter stores as F32 whatever they were (hf-companions.md §3.2, D1 and D2). llama.cpp computes with these
/// as F32 and refuses others.</summary>
internal static class Float32Names
{
    private static readonly string[] Components = [
        "ffn_gate_inp", "ffn_gate_inp_shexp", "position_embd", "token_types", "ssm_conv1d", "ssm_conv1d_q", "ssm_conv1d_k", "ssm_conv1d_v",
        "shortconv.conv", "altup_correct_coef", "patch_embd", "altup_predict_coef", "indexer.proj", "ffn_latent_down", "ffn_latent_up"];

    public static bool Contains(string ggufName, int rank) =>
        rank <= 1
        || !ggufName.EndsWith(".weight", StringComparison.Ordinal)
        || ggufName.EndsWith("_norm.weight", StringComparison.Ordinal)
        || Components.Any(component => $".{ggufName}".EndsWith($".{component}.weight", StringComparison.Ordinal));
}
