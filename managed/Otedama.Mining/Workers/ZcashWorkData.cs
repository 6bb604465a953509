using Otedama.Core;

namespace Otedama.Mining;

/// <summary>The 140 bytes before the solution; the native solver fills in the last 8 bytes of the nonce and finds solutions.</summary>
internal sealed class ZcashWorkData : IWorkData
{
    public static readonly ZcashWorkData Instance = new();

    public int Length => ZcashProof.HeaderSize;

    public void Build(WorkRange range, Span<byte> data)
    {
        var recipe = (ZcashRecipe)range.Job.Recipe;
        recipe.WriteHeader(recipe.Time, range.Extranonce.Span, data);
    }
}

/// <summary>
/// The whole header with its solution. The extranonce begins the 15 free bytes, the native search counts in the last 8 of
/// them. A bound header is hashed with zeros where the fields are that the rig partly does not know.
/// </summary>
internal sealed class VerusWorkData : IWorkData
{
    /// <summary>Where in the 15 bytes the counter begins; the bytes before it are the extranonce's.</summary>
    public const int CounterOffset = 7;

    public static readonly VerusWorkData Instance = new();

    public int Length => Verus.HeaderSize;

    public void Build(WorkRange range, Span<byte> data)
    {
        var recipe = (VerusRecipe)range.Job.Recipe;
        recipe.WriteHeader(recipe.Time, range.Extranonce.Span, data);
        recipe.WriteSolutionLength(data[ZcashProof.HeaderSize..]);
        recipe.Solution.Span.CopyTo(data[(ZcashProof.HeaderSize + 3)..]);
        Span<byte> free = data[^Verus.NonceLength..];
        free.Clear();
        range.Extranonce.Span.CopyTo(free);
        if (recipe.IsBound)
        {
            Verus.Clear(data);
        }
    }
}
