namespace Otedama.Asic;

/// <summary>What byte 7 of a nonce reply says besides the job.</summary>
public enum ChipIdForm
{
    /// <summary>BM1397: bits 7-2 the job, bits 1-0 which of its midstates.</summary>
    JobAndMidstate,

    /// <summary>BM1362, BM1366: bits 7-3 the job, bits 2-0 the small core.</summary>
    JobAndEight,

    /// <summary>BM1368 and later: bits 7-4 the job shifted left once, bits 3-0 the small core.</summary>
    JobAndSixteen,
}
