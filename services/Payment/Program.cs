using Shop.Payment;
using Shop.ServiceDefaults;

return await ServiceHost.Run(args, PaymentService.Build);
