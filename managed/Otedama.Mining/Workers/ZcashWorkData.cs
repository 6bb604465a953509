using Otedama.Core;

namespace Otedama.Mining;

/// <summary>The 140 bytes before the solution; the native solver fills in the last 8 bytes of the nonce and finds solutions.</summary>
internal sealed class ZcashWorkData : IWorkData
{
    public int Length => ZcashProof.HeaderSize;

    public void Build(WorkRange range, Span<byte> data)
    {
        ZcashRecipe recipe = (ZcashRecipe)range.Job.Recipe;
        recipe.WriteHeader(recipe.Time, range.Extranonce.Span, data);
    }
}

/// <summary>
/// The whole header with its solution. The extranonce begins the 15 free bytes, the native search counts in the last 8 of
/// them. A bound header is hashed with zeros where the fields are that the rig partly does not know.
/// </summary>
internal sealed class VerusWorkData : IWorkData
{
    public int Length => Verus.HeaderSize;

    public void Build(WorkRange range, Span<byte> data)
    {
        VerusRecipe recipe = (VerusRecipe)range.Job.Recipe;
        recipe.WriteWhole(recipe.Time, range.Extranonce.Span, recipe.Solution.Span, data);
        Span<byte> free = data[^Verus.NonceLength..];
        free.Clear();
        range.Extranonce.Span.CopyTo(free);
        if (recipe.IsBound)
        {
            Verus.Clear(data);
        }
    }
}
