using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests;

/// <summary>The recipe of jobs of the Bitcoin family, which most tests are about.</summary>
internal static class PoolJobRecipe
{
    extension(PoolJob job)
    {
        public BitcoinRecipe Recipe => (BitcoinRecipe)job.Job.Recipe;
    }
}
