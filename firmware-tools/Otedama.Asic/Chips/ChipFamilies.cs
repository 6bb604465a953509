namespace Otedama.Asic;

/// <summary>The rows. Another chip is another row; an unknown id is refused.</summary>
public static class ChipFamilies
{
    public static ChipFamily Bm1397 { get; } = new()
    {
        Name = "BM1397",
        Ids = [0x1397],
        IdTail = 0x18,
        Cores = 168,
        SmallCores = 672,
        TakesMidstates = true,
        SlowRate = new RegisterValue(0x18, 0x00007a31),
        IdForm = ChipIdForm.JobAndMidstate,
        JobStep = 4,
        Pll = new PllRange(60, 200, null, null, PlainPost: true),
        PllDivider = 0x0f0f0f00,
        DefaultMegahertz = 425,
        MegahertzMin = 400,
        MegahertzMax = 600,
        DefaultMillivolts = 1400,
        MillivoltsMin = 1100,
        MillivoltsMax = 1500,
        RampFrom = 50,
        HasHashCount = false,
        Scripts = [InitScript.Parse("usual", 1, """
            id
            inactive 3
            addresses
            all 80=00000000 84=00000000 20=00000001 3C=80008074
            ticket
            all 68=C0700111 68=C0700111 28=0600000F
            rate 18=00006131 @1562500
            slow 18=00007A31
            ramp
            """)],
    };

    /// <summary>
    /// Older than the others: no preambles, its own headers, a PLL at another place, no ticket. From what kanoi/cgminer
    /// does with it; no chip of it was ever driven by this.
    /// </summary>
    public static ChipFamily Bm1387 { get; } = new()
    {
        Name = "BM1387",
        Ids = [0x1387],
        Framing = ChipFraming.Bare,
        Cores = 114,
        SmallCores = 114,
        TakesMidstates = true,
        SlowRate = new RegisterValue(0x1c, 0x00201a00),
        IdForm = ChipIdForm.JobAndMidstate,
        JobStep = 4,
        Pll = new PllRange(1, 255, null, null, PlainPost: true)
        {
            Register = 0x0c,
            Flag = 0,
            Only = [new PllDividers(400, 2, 4, 1), new PllDividers(double.PositiveInfinity, 2, 2, 1)],
        },
        MegahertzMin = 50,
        MegahertzMax = 600,
        MillivoltsMin = 300,
        MillivoltsMax = 810,
        RampFrom = 50,
        HasHashCount = false,
        HasTicket = false,
        DefaultTicket = 1,
        CoreShift = null,
        ChipShift = 24,
        Scripts = [InitScript.Parse("usual", 1, """
            id
            inactive 3
            addresses
            rate 1C=00200100 @1500000
            fast 1C=40208100
            slow 1C=40209A00
            ramp
            """)],
    };

    public static ChipFamily Bm1362 { get; } = new()
    {
        Name = "BM1362",
        Ids = [0x1362],
        IdTail = 0x03,
        Cores = 65,
        SmallCores = 520,
        IdForm = ChipIdForm.JobAndEight,
        ChipCounted = 1,
        JobStep = 8,
        Pll = new PllRange(16, 250, 2000, 3200, PlainPost: false),
        MegahertzMin = 100,
        MegahertzMax = 525,
        MillivoltsMin = 1,
        MillivoltsMax = 500,
        RampFrom = 56.25,
        JobLife = TimeSpan.FromSeconds(1),
        Scripts =
        [
            InitScript.Parse("few", 1, """
                all A4=9000FFFF A4=9000FFFF A4=9000FFFF
                id
                inactive
                wait 100
                addresses
                all 3C=80008540 3C=80008008
                wait 100
                ticket
                all 54=00000003
                wait 50
                all 58=00011111
                wait 100
                each A8=00000002 18=B000C100 3C=80008540 3C=80008008 3C=800082AA
                all 70=0F0F0F00
                ramp
                hcn
                mask
                """),
            InitScript.Parse("chain", 13, """
                all A4=9000FFFF
                id
                all A4=9000FFFF A4=9000FFFF
                all A8=00000000 18=B000C100
                inactive
                addresses 128
                all 3C=80008540 3C=80008008
                ticket
                all 54=00000003 58=00011111
                rate 28=11300000 @3125000
                ramp
                each A8=00000002 18=B000C100 3C=80008540 3C=80008008 3C=800082AA
                hcn
                mask
                """),
        ],
    };

    public static ChipFamily Bm1366 { get; } = new()
    {
        Name = "BM1366",
        Ids = [0x1366],
        IdTail = 0x00,
        Cores = 112,
        SmallCores = 894,
        IdForm = ChipIdForm.JobAndEight,
        ChipCounted = 1,
        JobStep = 8,
        Pll = new PllRange(144, 235, null, null, PlainPost: false),
        DefaultMegahertz = 485,
        MegahertzMin = 400,
        MegahertzMax = 575,
        DefaultMillivolts = 1200,
        MillivoltsMin = 1100,
        MillivoltsMax = 1300,
        RampFrom = 56.25,
        HasCounters = true,
        JobLife = TimeSpan.FromSeconds(2),
        Scripts = [InitScript.Parse("usual", 1, """
            all A4=9000FFFF A4=9000FFFF A4=9000FFFF
            id
            all A8=00070000 18=FF0FC100
            inactive
            addresses
            all 3C=80008540 3C=80008020
            ticket
            all 54=00000003 58=02111111
            first 2C=007C0003
            each A8=000701F0 18=F000C100 3C=80008540 3C=80008020 3C=800082AA
            ramp
            hcn
            mask
            rate 28=11300200 @1000000
            """)],
    };

    public static ChipFamily Bm1368 { get; } = new()
    {
        Name = "BM1368",
        Ids = [0x1368],
        IdTail = 0x00,
        Cores = 80,
        SmallCores = 1276,
        IdForm = ChipIdForm.JobAndSixteen,
        JobStep = 24,
        Pll = new PllRange(144, 235, null, null, PlainPost: false),
        DefaultMegahertz = 490,
        MegahertzMin = 400,
        MegahertzMax = 575,
        DefaultMillivolts = 1166,
        MillivoltsMin = 1100,
        MillivoltsMax = 1300,
        RampFrom = 56.25,
        HasCounters = true,
        HasThermometer = true,
        JobLife = TimeSpan.FromMilliseconds(500),
        Scripts = [InitScript.Parse("usual", 1, """
            all A4=9000FFFF A4=9000FFFF A4=9000FFFF A4=9000FFFF
            id
            inactive
            all A8=00070000 18=FF0FC100 3C=80008B00 3C=80008018 14=000000FF 54=00000003 58=02111111
            addresses
            each A8=000701F0 18=F000C100 3C=80008B00 3C=80008018 3C=800082AA
            wait 500
            ticket
            ramp
            hcn
            mask
            rate 28=11300200 @1000000
            """)],
    };

    public static ChipFamily Bm1370 { get; } = new()
    {
        Name = "BM1370",
        Ids = [0x1370],
        IdTail = 0x00,
        Cores = 128,
        SmallCores = 2040,
        IdForm = ChipIdForm.JobAndSixteen,
        JobStep = 24,
        Pll = new PllRange(160, 239, 1600, 3200, PlainPost: false),
        DefaultMegahertz = 525,
        MegahertzMin = 400,
        MegahertzMax = 625,
        DefaultMillivolts = 1150,
        MillivoltsMin = 1000,
        MillivoltsMax = 1250,
        RampFrom = 56.25,
        HasCounters = true,
        JobLife = TimeSpan.FromMilliseconds(500),
        Scripts = ScriptsOf1370,
    };

    private static InitScript[] ScriptsOf1370 =>
    [
        InitScript.Parse("few", 1, """
            all A4=9000FFFF A4=9000FFFF A4=9000FFFF
            id
            all A4=9000FFFF A8=00070000 18=F000C100
            inactive
            addresses
            all 3C=80008B00 3C=8000800C
            ticket
            all 58=00011111
            each A8=000701F0 18=F000C100 3C=80008B00 3C=8000800C 3C=800082AA
            all B9=00004480 54=00000002 B9=00004480 3C=80008DEE
            ramp
            hcn
            rate 28=11300200 @1000000
            mask
            """),
        InitScript.Parse("chain", 13, """
            all A4=9000FFFF A4=9000FFFF A4=9000FFFF
            id
            all A4=9000FFFF A8=00070000 18=F000C100
            inactive
            addresses
            all 3C=80008B00 3C=8000800C
            ticket
            all 58=00011111
            domain-last 58=0001F111
            all 68=5AA55AA5
            relay
            rate 28=01300000 @3125000
            each A8=000701F0 18=F000C100 3C=80008B00 3C=8000800C 3C=800082AA
            all B9=00004480 54=00000002 B9=00004480 3C=80008DEE
            ramp
            job
            offsets
            hcn
            mask
            """),
        InitScript.Parse("compac-a2", null, """
            all A4=9000FFFF A4=9000FFFF A4=9000FFFF
            id
            all A8=00070000
            inactive
            addresses
            all 3C=80008D04 3C=8000800E
            ticket
            all 58=00011111
            each 58=0001F111
            ramp
            all 68=5AA55AA5
            hcn
            each 2C=00130007
            each A8=000701F0 18=F000C100 18=F000C100 3C=80008B00 3C=8000800E 3C=800082AA
            all 54=00000003
            mask
            """),
    ];

    /// <summary>BM1372 is the same chip to a driver.</summary>
    public static ChipFamily Bm1373 { get; } = new()
    {
        Name = "BM1373",
        Ids = [0x1373, 0x1372],
        IdTail = 0x00,
        Cores = 128,
        SmallCores = 6725,
        IdForm = ChipIdForm.JobAndSixteen,
        JobStep = 24,
        AddressStep = 16,
        CommandStep = 4,
        Pll = new PllRange(160, 239, 1600, 3200, PlainPost: false),
        DefaultMegahertz = 327,
        MegahertzMin = 327,
        MegahertzMax = 410,
        DefaultMillivolts = 1000,
        MillivoltsMin = 1000,
        MillivoltsMax = 1250,
        RampFrom = 50,
        HasCounters = true,
        JobLife = TimeSpan.FromMilliseconds(500),
        Scripts = [InitScript.Parse("usual", 1, """
            id
            inactive
            addresses
            all 3C=80008D04
            ticket
            all 58=00011111
            domain-last 58=0001F111
            all 68=5AA55AA5
            rate C4=00000000 28=80000000 @3000000
            all A8=F00701F0
            wait 20
            all 18=FF00C100 19=00000000 3C=80008B00 3C=8000805A 3C=800082AA 54=00000002
            ramp
            hcn
            mask
            """)],
    };

    public static IReadOnlyList<ChipFamily> All { get; } = [Bm1387, Bm1397, Bm1362, Bm1366, Bm1368, Bm1370, Bm1373];

    /// <summary>By name as people write it (bm1370, BM1372); null = unknown.</summary>
    public static ChipFamily? ByName(string name) => All.FirstOrDefault(family =>
        family.Ids.Any(id => string.Equals($"BM{id:X4}", name, StringComparison.OrdinalIgnoreCase)));

    /// <summary>By the chip id register; null = no chip we know.</summary>
    public static ChipFamily? ById(uint register) => All.FirstOrDefault(family => family.IsId(register));
}
